// The engine's layer normalization (kernels/ComputeCore.Kernels/Normalization, LayerNorm.Forward) in GLSL: a group of 64 per row,
// three passes, sums in a tree in shared memory.
#version 450

layout(local_size_x_id = 0, local_size_y_id = 1, local_size_z_id = 2) in;

layout(std430, binding = 0) readonly buffer X { float x[]; };
layout(std430, binding = 1) readonly buffer Weight { float weight[]; };
layout(std430, binding = 2) readonly buffer Bias { float bias[]; };
layout(std430, binding = 3) buffer Y { float y[]; };
layout(std430, binding = 4) buffer Mean { float mean[]; };
layout(std430, binding = 5) buffer Rstd { float rstd[]; };

layout(push_constant) uniform Arguments { int columns, hasWeight, hasBias; float epsilon; };

const int GroupSize = 64;

shared float parts[GroupSize];

float groupSum(int item, float value)
{
    parts[item] = value;
    barrier();
    for (int half_ = GroupSize / 2; half_ > 0; half_ /= 2)
    {
        if (item < half_)
            parts[item] += parts[item + half_];
        barrier();
    }

    float sum = parts[0];
    barrier();
    return sum;
}

void main()
{
    int item = int(gl_LocalInvocationID.x), row = int(gl_WorkGroupID.x), first = row * columns;
    float sum = 0;
    for (int i = item; i < columns; i += GroupSize)
        sum += x[first + i];
    float m = groupSum(item, sum) / columns;
    float squares = 0;
    for (int i = item; i < columns; i += GroupSize)
        squares = fma(x[first + i] - m, x[first + i] - m, squares);
    float r = 1 / sqrt(groupSum(item, squares) / columns + epsilon);
    for (int i = item; i < columns; i += GroupSize)
    {
        float value = (x[first + i] - m) * r;
        if (hasWeight != 0)
            value *= weight[i];
        y[first + i] = hasBias != 0 ? value + bias[i] : value;
    }

    if (item == 0)
    {
        mean[row] = m;
        rstd[row] = r;
    }
}
