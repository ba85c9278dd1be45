// The engine's tiled matrix product (kernels/ComputeCore.Kernels/Gemm, Sgemm.Tiled64x64) in GLSL: 64 x 64 tiles by 8 x 8
// work-items, 8 x 8 sums each, depth 16, two buffers in shared memory, any of the four transpositions, bias, relu, split depth.
#version 450

layout(local_size_x_id = 0, local_size_y_id = 1, local_size_z_id = 2) in;

layout(std430, binding = 0) readonly buffer Left { float left[]; };
layout(std430, binding = 0) readonly buffer LeftQuads { vec4 leftQuads[]; };
layout(std430, binding = 1) readonly buffer Right { float right[]; };
layout(std430, binding = 1) readonly buffer RightQuads { vec4 rightQuads[]; };
layout(std430, binding = 2) readonly buffer Bias { float bias[]; };
layout(std430, binding = 3) buffer Result { float result[]; };
layout(std430, binding = 3) buffer ResultQuads { vec4 resultQuads[]; };

layout(push_constant) uniform Arguments
{
    int rows, columns, depth;
    int leftOffset, leftBatch, leftLine, leftDepth, leftVector;
    int rightOffset, rightBatch, rightLine, rightDepth, rightVector;
    int resultOffset, resultBatch, resultVector;
    int splits, splitDepth, splitStride;
    int hasBias, relu;
};

const int Size = 8, Side = 8, Lines = Size * Side, Items = Side * Side, Depth = 16, Pitch = Lines / 4;

shared vec4 leftTile[2 * Depth * Pitch];
shared vec4 rightTile[2 * Depth * Pitch];

float leftElement(int at, bool inside)
{
    float value = left[inside ? at : 0];
    return inside ? value : 0;
}

float rightElement(int at, bool inside)
{
    float value = right[inside ? at : 0];
    return inside ? value : 0;
}

vec4 loadLeft(int start, int line, int k, int end)
{
    int at = start + line * leftLine + k * leftDepth;
    bool inside = line < rows && k < end;
    if (leftVector != 0)
    {
        vec4 quad = leftQuads[inside ? at / 4 : 0];
        return inside ? quad : vec4(0);
    }

    int count = leftDepth == 1 ? end - k : rows - line;
    return vec4(leftElement(at, inside), leftElement(at + 1, inside && count > 1), leftElement(at + 2, inside && count > 2), leftElement(at + 3, inside && count > 3));
}

vec4 loadRight(int start, int line, int k, int end)
{
    int at = start + line * rightLine + k * rightDepth;
    bool inside = line < columns && k < end;
    if (rightVector != 0)
    {
        vec4 quad = rightQuads[inside ? at / 4 : 0];
        return inside ? quad : vec4(0);
    }

    int count = rightDepth == 1 ? end - k : columns - line;
    return vec4(rightElement(at, inside), rightElement(at + 1, inside && count > 1), rightElement(at + 2, inside && count > 2), rightElement(at + 3, inside && count > 3));
}

void putLeft(vec4 quad, bool along, int line, int k)
{
    int at = k * Pitch + line / 4;
    if (along)
    {
        int lane = line % 4;
        leftTile[at][lane] = quad.x;
        leftTile[at + Pitch][lane] = quad.y;
        leftTile[at + 2 * Pitch][lane] = quad.z;
        leftTile[at + 3 * Pitch][lane] = quad.w;
    }
    else
    {
        leftTile[at] = quad;
    }
}

void putRight(vec4 quad, bool along, int line, int k)
{
    int at = k * Pitch + line / 4;
    if (along)
    {
        int lane = line % 4;
        rightTile[at][lane] = quad.x;
        rightTile[at + Pitch][lane] = quad.y;
        rightTile[at + 2 * Pitch][lane] = quad.z;
        rightTile[at + 3 * Pitch][lane] = quad.w;
    }
    else
    {
        rightTile[at] = quad;
    }
}

float epilogue(float sum, bool biased, int index)
{
    float value = biased ? sum + bias[index] : sum;
    return relu != 0 && value < 0 ? 0 : value;
}

void store(int row, int column, int batch, vec4 sum)
{
    if (row >= rows || column >= columns)
        return;
    int count = columns - column;
    sum.x = epilogue(sum.x, hasBias != 0, column);
    sum.y = epilogue(sum.y, hasBias != 0 && count > 1, column + 1);
    sum.z = epilogue(sum.z, hasBias != 0 && count > 2, column + 2);
    sum.w = epilogue(sum.w, hasBias != 0 && count > 3, column + 3);
    int part = int(gl_WorkGroupID.z) % splits;
    int at = resultOffset + part * splitStride + batch * resultBatch + row * columns + column;
    if (resultVector != 0)
    {
        resultQuads[at / 4] = sum;
        return;
    }

    result[at] = sum.x;
    if (count > 1)
        result[at + 1] = sum.y;
    if (count > 2)
        result[at + 2] = sum.z;
    if (count > 3)
        result[at + 3] = sum.w;
}

// The sums are named one by one: as an array, llvmpipe keeps them in memory.
vec4 s00, s01, s10, s11, s20, s21, s30, s31, s40, s41, s50, s51, s60, s61, s70, s71;

void stepOnce(int leftAt, int rightAt)
{
    vec4 a = leftTile[leftAt], b = leftTile[leftAt + 1];
    vec4 x = rightTile[rightAt], y = rightTile[rightAt + 1];
    s00 = fma(vec4(a.x), x, s00);
    s01 = fma(vec4(a.x), y, s01);
    s10 = fma(vec4(a.y), x, s10);
    s11 = fma(vec4(a.y), y, s11);
    s20 = fma(vec4(a.z), x, s20);
    s21 = fma(vec4(a.z), y, s21);
    s30 = fma(vec4(a.w), x, s30);
    s31 = fma(vec4(a.w), y, s31);
    s40 = fma(vec4(b.x), x, s40);
    s41 = fma(vec4(b.x), y, s41);
    s50 = fma(vec4(b.y), x, s50);
    s51 = fma(vec4(b.y), y, s51);
    s60 = fma(vec4(b.z), x, s60);
    s61 = fma(vec4(b.z), y, s61);
    s70 = fma(vec4(b.w), x, s70);
    s71 = fma(vec4(b.w), y, s71);
}

void main()
{
    int x = int(gl_LocalInvocationID.x), y = int(gl_LocalInvocationID.y), z = int(gl_WorkGroupID.z);
    int item = y * Side + x;
    int batch = z / splits;
    int begin = (z - batch * splits) * splitDepth;
    int end = min(begin + splitDepth, depth);
    int firstRow = int(gl_WorkGroupID.y) * Lines, firstColumn = int(gl_WorkGroupID.x) * Lines;

    bool leftAlong = leftDepth == 1, rightAlong = rightDepth == 1;
    int row = leftAlong ? item / (Depth / 4) : item % (Lines / 4) * 4;
    int rowDepth = leftAlong ? item % (Depth / 4) * 4 : item / (Lines / 4);
    int column = rightAlong ? item / (Depth / 4) : item % (Lines / 4) * 4;
    int columnDepth = rightAlong ? item % (Depth / 4) * 4 : item / (Lines / 4);
    int leftLineStep = leftAlong ? Items / (Depth / 4) : 0, leftDepthStep = leftAlong ? 0 : Items / (Lines / 4);
    int rightLineStep = rightAlong ? Items / (Depth / 4) : 0, rightDepthStep = rightAlong ? 0 : Items / (Lines / 4);
    int leftStart = leftOffset + batch * leftBatch, rightStart = rightOffset + batch * rightBatch;

    vec4 l0, l1, l2, l3, r0, r1, r2, r3;
    l0 = loadLeft(leftStart, firstRow + row, begin + rowDepth, end);
    r0 = loadRight(rightStart, firstColumn + column, begin + columnDepth, end);
    l1 = loadLeft(leftStart, firstRow + row + leftLineStep, begin + rowDepth + leftDepthStep, end);
    r1 = loadRight(rightStart, firstColumn + column + rightLineStep, begin + columnDepth + rightDepthStep, end);
    l2 = loadLeft(leftStart, firstRow + row + 2 * leftLineStep, begin + rowDepth + 2 * leftDepthStep, end);
    r2 = loadRight(rightStart, firstColumn + column + 2 * rightLineStep, begin + columnDepth + 2 * rightDepthStep, end);
    l3 = loadLeft(leftStart, firstRow + row + 3 * leftLineStep, begin + rowDepth + 3 * leftDepthStep, end);
    r3 = loadRight(rightStart, firstColumn + column + 3 * rightLineStep, begin + columnDepth + 3 * rightDepthStep, end);
    putLeft(l0, leftAlong, row, rowDepth);
    putRight(r0, rightAlong, column, columnDepth);
    putLeft(l1, leftAlong, row + leftLineStep, rowDepth + leftDepthStep);
    putRight(r1, rightAlong, column + rightLineStep, columnDepth + rightDepthStep);
    putLeft(l2, leftAlong, row + 2 * leftLineStep, rowDepth + 2 * leftDepthStep);
    putRight(r2, rightAlong, column + 2 * rightLineStep, columnDepth + 2 * rightDepthStep);
    putLeft(l3, leftAlong, row + 3 * leftLineStep, rowDepth + 3 * leftDepthStep);
    putRight(r3, rightAlong, column + 3 * rightLineStep, columnDepth + 3 * rightDepthStep);
    barrier();

    s00 = s01 = s10 = s11 = s20 = s21 = s30 = s31 = s40 = s41 = s50 = s51 = s60 = s61 = s70 = s71 = vec4(0);
    int turn = 0;
    for (int k = begin; k < end; k += Depth)
    {
        int next = k + Depth;
        l0 = loadLeft(leftStart, firstRow + row, next + rowDepth, end);
        r0 = loadRight(rightStart, firstColumn + column, next + columnDepth, end);
        l1 = loadLeft(leftStart, firstRow + row + leftLineStep, next + rowDepth + leftDepthStep, end);
        r1 = loadRight(rightStart, firstColumn + column + rightLineStep, next + columnDepth + rightDepthStep, end);
        l2 = loadLeft(leftStart, firstRow + row + 2 * leftLineStep, next + rowDepth + 2 * leftDepthStep, end);
        r2 = loadRight(rightStart, firstColumn + column + 2 * rightLineStep, next + columnDepth + 2 * rightDepthStep, end);
        l3 = loadLeft(leftStart, firstRow + row + 3 * leftLineStep, next + rowDepth + 3 * leftDepthStep, end);
        r3 = loadRight(rightStart, firstColumn + column + 3 * rightLineStep, next + columnDepth + 3 * rightDepthStep, end);

        int leftAt = turn * Depth * Pitch + y * 2, rightAt = turn * Depth * Pitch + x * 2;
        stepOnce(leftAt, rightAt);
        stepOnce(leftAt + 1 * Pitch, rightAt + 1 * Pitch);
        stepOnce(leftAt + 2 * Pitch, rightAt + 2 * Pitch);
        stepOnce(leftAt + 3 * Pitch, rightAt + 3 * Pitch);
        stepOnce(leftAt + 4 * Pitch, rightAt + 4 * Pitch);
        stepOnce(leftAt + 5 * Pitch, rightAt + 5 * Pitch);
        stepOnce(leftAt + 6 * Pitch, rightAt + 6 * Pitch);
        stepOnce(leftAt + 7 * Pitch, rightAt + 7 * Pitch);
        stepOnce(leftAt + 8 * Pitch, rightAt + 8 * Pitch);
        stepOnce(leftAt + 9 * Pitch, rightAt + 9 * Pitch);
        stepOnce(leftAt + 10 * Pitch, rightAt + 10 * Pitch);
        stepOnce(leftAt + 11 * Pitch, rightAt + 11 * Pitch);
        stepOnce(leftAt + 12 * Pitch, rightAt + 12 * Pitch);
        stepOnce(leftAt + 13 * Pitch, rightAt + 13 * Pitch);
        stepOnce(leftAt + 14 * Pitch, rightAt + 14 * Pitch);
        stepOnce(leftAt + 15 * Pitch, rightAt + 15 * Pitch);

        turn = 1 - turn;
        putLeft(l0, leftAlong, row, turn * Depth + rowDepth);
        putRight(r0, rightAlong, column, turn * Depth + columnDepth);
        putLeft(l1, leftAlong, row + leftLineStep, turn * Depth + rowDepth + leftDepthStep);
        putRight(r1, rightAlong, column + rightLineStep, turn * Depth + columnDepth + rightDepthStep);
        putLeft(l2, leftAlong, row + 2 * leftLineStep, turn * Depth + rowDepth + 2 * leftDepthStep);
        putRight(r2, rightAlong, column + 2 * rightLineStep, turn * Depth + columnDepth + 2 * rightDepthStep);
        putLeft(l3, leftAlong, row + 3 * leftLineStep, turn * Depth + rowDepth + 3 * leftDepthStep);
        putRight(r3, rightAlong, column + 3 * rightLineStep, turn * Depth + columnDepth + 3 * rightDepthStep);
        barrier();
    }

    row = firstRow + y * Size;
    column = firstColumn + x * Size;
    store(row, column, batch, s00);
    store(row, column + 4, batch, s01);
    store(row + 1, column, batch, s10);
    store(row + 1, column + 4, batch, s11);
    store(row + 2, column, batch, s20);
    store(row + 2, column + 4, batch, s21);
    store(row + 3, column, batch, s30);
    store(row + 3, column + 4, batch, s31);
    store(row + 4, column, batch, s40);
    store(row + 4, column + 4, batch, s41);
    store(row + 5, column, batch, s50);
    store(row + 5, column + 4, batch, s51);
    store(row + 6, column, batch, s60);
    store(row + 6, column + 4, batch, s61);
    store(row + 7, column, batch, s70);
    store(row + 7, column + 4, batch, s71);
}
