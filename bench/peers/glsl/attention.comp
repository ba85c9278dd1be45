// The engine's fused attention (kernels/ComputeCore.Kernels/Attention, FlashAttention.Forward) in GLSL: a group of 8 x 8 per 32
// queries walks over tiles of 32 keys, 4 x 4 scores each, with running maxima and sums; widths up to 128 in two halves.
#version 450

layout(local_size_x_id = 0, local_size_y_id = 1, local_size_z_id = 2) in;

layout(std430, binding = 0) readonly buffer Q { float q[]; };
layout(std430, binding = 0) readonly buffer QQuads { vec4 qQuads[]; };
layout(std430, binding = 1) readonly buffer K { float k[]; };
layout(std430, binding = 1) readonly buffer KQuads { vec4 kQuads[]; };
layout(std430, binding = 2) readonly buffer V { float v[]; };
layout(std430, binding = 2) readonly buffer VQuads { vec4 vQuads[]; };
layout(std430, binding = 3) readonly buffer Lengths { int lengths[]; };
layout(std430, binding = 4) buffer O { float o[]; };
layout(std430, binding = 4) buffer OQuads { vec4 oQuads[]; };
layout(std430, binding = 5) buffer LogSums { float logSums[]; };

layout(push_constant) uniform Shape
{
    int heads, queries, keys, width, keyBatch;
    float scale;
    int causal, hasLengths, vector;
};

const int Size = 32, Columns = 64, Pitch = Size / 4 + 1, Side = 8, ColumnQuads = Size * Columns / 4;
const float Lowest = -1e30, Infinity = 1.0 / 0.0;

shared vec4 leftTile[Size * Pitch];
shared vec4 rightTile[Size * Pitch];
shared vec4 weights[Size * Pitch];
shared vec4 rows[ColumnQuads];
shared vec4 parts[Side * Side];

int x = int(gl_LocalInvocationID.x), y = int(gl_LocalInvocationID.y);

// exp and log as the engine computes them on all devices: polynomials.
float powerOfTwo(int exponent) { return intBitsToFloat(exponent + 127 << 23); }

float engineExp(float a)
{
    a = a > 89.0 ? 89.0 : a;
    a = a < -104.0 ? -104.0 : a;
    float product = a * 1.44269504;
    int n = int(product + (product < 0.0 ? -0.5 : 0.5));
    float r = fma(float(n), -0.693145752, a);
    r = fma(float(n), -1.42860677e-6, r);
    float p = fma(0.001381448, r, 0.00836878);
    p = fma(p, r, 0.041668393);
    p = fma(p, r, 0.1666652);
    p = fma(p, r, 0.49999994);
    p = fma(r * r, p, r) + 1.0;
    n = clamp(n, -150, 129);
    int half_ = n >> 1;
    return p * powerOfTwo(half_) * powerOfTwo(n - half_);
}

float engineLog(float a)
{
    int bits = floatBitsToInt(a), exponent = 0;
    if (bits < 0x00800000)
    {
        bits = floatBitsToInt(a * 8388608.0);
        exponent = -23;
    }

    float e = float((bits - 0x3f3504f3 >> 23) + exponent);
    float f = intBitsToFloat((bits - 0x3f3504f3 & 0x007fffff) + 0x3f3504f3) - 1.0;
    float p = fma(-0.07634547, f, 0.12761621);
    p = fma(p, f, -0.13160184);
    p = fma(p, f, 0.14201751);
    p = fma(p, f, -0.16623357);
    p = fma(p, f, 0.20001227);
    p = fma(p, f, -0.25000823);
    p = fma(p, f, 0.3333333);
    p = fma(p, f, -0.5);
    return fma(e, 0.693145752, f + fma(e, 1.42860677e-6, f * f * p));
}

vec4 quadExp(vec4 a, float less) { return vec4(engineExp(a.x - less), engineExp(a.y - less), engineExp(a.z - less), engineExp(a.w - less)); }

float elementQ(int at, bool inside)
{
    float value = q[inside ? at : 0];
    return inside ? value : 0;
}

vec4 loadQ(int offset, int row, int count, int column)
{
    int at = offset + row * width + column;
    bool inside = row < count && column < width;
    if (vector != 0)
    {
        vec4 quad = qQuads[inside ? at / 4 : 0];
        return inside ? quad : vec4(0);
    }

    int left = width - column;
    return vec4(elementQ(at, inside), elementQ(at + 1, inside && left > 1), elementQ(at + 2, inside && left > 2), elementQ(at + 3, inside && left > 3));
}

float elementK(int at, bool inside)
{
    float value = k[inside ? at : 0];
    return inside ? value : 0;
}

vec4 loadK(int offset, int row, int count, int column)
{
    int at = offset + row * width + column;
    bool inside = row < count && column < width;
    if (vector != 0)
    {
        vec4 quad = kQuads[inside ? at / 4 : 0];
        return inside ? quad : vec4(0);
    }

    int left = width - column;
    return vec4(elementK(at, inside), elementK(at + 1, inside && left > 1), elementK(at + 2, inside && left > 2), elementK(at + 3, inside && left > 3));
}

float elementV(int at, bool inside)
{
    float value = v[inside ? at : 0];
    return inside ? value : 0;
}

vec4 loadV(int offset, int row, int count, int column)
{
    int at = offset + row * width + column;
    bool inside = row < count && column < width;
    if (vector != 0)
    {
        vec4 quad = vQuads[inside ? at / 4 : 0];
        return inside ? quad : vec4(0);
    }

    int left = width - column;
    return vec4(elementV(at, inside), elementV(at + 1, inside && left > 1), elementV(at + 2, inside && left > 2), elementV(at + 3, inside && left > 3));
}

void transposeQ(int offset, int row, int count, int column)
{
    for (int i = y * Side + x; i < Size * Size / 4; i += Side * Side)
    {
        int line = i / (Size / 4), within = i % (Size / 4) * 4;
        vec4 quad = loadQ(offset, row + line, count, column + within);
        int first = within * Pitch + line / 4, lane = line % 4;
        leftTile[first][lane] = quad.x;
        leftTile[first + Pitch][lane] = quad.y;
        leftTile[first + 2 * Pitch][lane] = quad.z;
        leftTile[first + 3 * Pitch][lane] = quad.w;
    }
}

void transposeK(int offset, int row, int count, int column)
{
    for (int i = y * Side + x; i < Size * Size / 4; i += Side * Side)
    {
        int line = i / (Size / 4), within = i % (Size / 4) * 4;
        vec4 quad = loadK(offset, row + line, count, column + within);
        int first = within * Pitch + line / 4, lane = line % 4;
        rightTile[first][lane] = quad.x;
        rightTile[first + Pitch][lane] = quad.y;
        rightTile[first + 2 * Pitch][lane] = quad.z;
        rightTile[first + 3 * Pitch][lane] = quad.w;
    }
}

void loadRows(int offset, int row, int count, int column)
{
    for (int i = y * Side + x; i < ColumnQuads; i += Side * Side)
        rows[i] = loadV(offset, row + i / (Columns / 4), count, column + i % (Columns / 4) * 4);
}

float maskOne(float score, int query, int key, int end)
{
    bool seen = query < queries && key < end && (causal == 0 || key <= query + keys - queries);
    return seen ? score * scale : -Infinity;
}

vec4 mask(vec4 s, int query, int key, int end)
{
    return vec4(maskOne(s.x, query, key, end), maskOne(s.y, query, key + 1, end), maskOne(s.z, query, key + 2, end), maskOne(s.w, query, key + 3, end));
}

float largest(vec4 a)
{
    float b = a.x > a.y ? a.x : a.y, c = a.z > a.w ? a.z : a.w;
    return b > c ? b : c;
}

vec4 larger(vec4 a, vec4 b) { return vec4(a.x > b.x ? a.x : b.x, a.y > b.y ? a.y : b.y, a.z > b.z ? a.z : b.z, a.w > b.w ? a.w : b.w); }

void multiplyScores(inout vec4 s0, inout vec4 s1, inout vec4 s2, inout vec4 s3)
{
    for (int i = 0; i < Size; i += 4)
    {
        vec4 a, b;
        int row = i * Pitch + y, at = i * Pitch + x;
        a = leftTile[row];
        b = rightTile[at];
        s0 = fma(vec4(a.x), b, s0);
        s1 = fma(vec4(a.y), b, s1);
        s2 = fma(vec4(a.z), b, s2);
        s3 = fma(vec4(a.w), b, s3);
        a = leftTile[row + Pitch];
        b = rightTile[at + Pitch];
        s0 = fma(vec4(a.x), b, s0);
        s1 = fma(vec4(a.y), b, s1);
        s2 = fma(vec4(a.z), b, s2);
        s3 = fma(vec4(a.w), b, s3);
        a = leftTile[row + 2 * Pitch];
        b = rightTile[at + 2 * Pitch];
        s0 = fma(vec4(a.x), b, s0);
        s1 = fma(vec4(a.y), b, s1);
        s2 = fma(vec4(a.z), b, s2);
        s3 = fma(vec4(a.w), b, s3);
        a = leftTile[row + 3 * Pitch];
        b = rightTile[at + 3 * Pitch];
        s0 = fma(vec4(a.x), b, s0);
        s1 = fma(vec4(a.y), b, s1);
        s2 = fma(vec4(a.z), b, s2);
        s3 = fma(vec4(a.w), b, s3);
    }
}

void multiplyRows(inout vec4 s0, inout vec4 s1, inout vec4 s2, inout vec4 s3, int column)
{
    for (int i = 0; i < Size; i += 4)
    {
        vec4 a, b;
        int row = i * Pitch + y, at = i * (Columns / 4) + column;
        a = weights[row];
        b = rows[at];
        s0 = fma(vec4(a.x), b, s0);
        s1 = fma(vec4(a.y), b, s1);
        s2 = fma(vec4(a.z), b, s2);
        s3 = fma(vec4(a.w), b, s3);
        a = weights[row + Pitch];
        b = rows[at + (Columns / 4)];
        s0 = fma(vec4(a.x), b, s0);
        s1 = fma(vec4(a.y), b, s1);
        s2 = fma(vec4(a.z), b, s2);
        s3 = fma(vec4(a.w), b, s3);
        a = weights[row + 2 * Pitch];
        b = rows[at + 2 * (Columns / 4)];
        s0 = fma(vec4(a.x), b, s0);
        s1 = fma(vec4(a.y), b, s1);
        s2 = fma(vec4(a.z), b, s2);
        s3 = fma(vec4(a.w), b, s3);
        a = weights[row + 3 * Pitch];
        b = rows[at + 3 * (Columns / 4)];
        s0 = fma(vec4(a.x), b, s0);
        s1 = fma(vec4(a.y), b, s1);
        s2 = fma(vec4(a.z), b, s2);
        s3 = fma(vec4(a.w), b, s3);
    }
}

void storeRow(int offset, int row, int column, vec4 value)
{
    if (row >= queries || column >= width)
        return;
    int at = offset + row * width + column, count = width - column;
    if (vector != 0)
    {
        oQuads[at / 4] = value;
        return;
    }

    o[at] = value.x;
    if (count > 1)
        o[at + 1] = value.y;
    if (count > 2)
        o[at + 2] = value.z;
    if (count > 3)
        o[at + 3] = value.w;
}

void storeLogSum(int head, int query, float maximum, float sum)
{
    if (query < queries)
        logSums[head * queries + query] = sum > 0 ? maximum + engineLog(sum) : maximum;
}

void main()
{
    int head = int(gl_WorkGroupID.y), first = int(gl_WorkGroupID.x) * Size, query = first + y * 4;
    int queryStart = head * queries * width, keyStart = head * keyBatch;
    int keyEnd = hasLengths != 0 ? lengths[head / heads] : keys;
    int seen = first + Size + keys - queries;
    int end = causal != 0 && seen < keyEnd ? seen : keyEnd;

    vec4 maxima = vec4(Lowest), sums = vec4(0);
    vec4 o00 = vec4(0), o01 = vec4(0), o02 = vec4(0), o03 = vec4(0), o10 = vec4(0), o11 = vec4(0), o12 = vec4(0), o13 = vec4(0), o20 = vec4(0), o21 = vec4(0), o22 = vec4(0), o23 = vec4(0), o30 = vec4(0), o31 = vec4(0), o32 = vec4(0), o33 = vec4(0);
    for (int tile = 0; tile < end; tile += Size)
    {
        vec4 s0 = vec4(0), s1 = vec4(0), s2 = vec4(0), s3 = vec4(0);
        for (int column = 0; column < width; column += Size)
        {
            transposeQ(queryStart, first, queries, column);
            transposeK(keyStart, tile, keyEnd, column);
            barrier();
            multiplyScores(s0, s1, s2, s3);
            barrier();
        }

        int key = tile + x * 4;
        s0 = mask(s0, query, key, keyEnd);
        s1 = mask(s1, query + 1, key, keyEnd);
        s2 = mask(s2, query + 2, key, keyEnd);
        s3 = mask(s3, query + 3, key, keyEnd);
        parts[x * 8 + y] = vec4(largest(s0), largest(s1), largest(s2), largest(s3));
        barrier();
        vec4 newMaxima = maxima;
        for (int i = 0; i < 8; i++)
            newMaxima = larger(newMaxima, parts[i * 8 + y]);
        vec4 factor = quadExp(maxima - newMaxima, 0);
        maxima = newMaxima;
        s0 = quadExp(s0, maxima.x);
        s1 = quadExp(s1, maxima.y);
        s2 = quadExp(s2, maxima.z);
        s3 = quadExp(s3, maxima.w);
        int put = x * 4 * Pitch + y;
        weights[put] = vec4(s0.x, s1.x, s2.x, s3.x);
        weights[put + Pitch] = vec4(s0.y, s1.y, s2.y, s3.y);
        weights[put + 2 * Pitch] = vec4(s0.z, s1.z, s2.z, s3.z);
        weights[put + 3 * Pitch] = vec4(s0.w, s1.w, s2.w, s3.w);
        loadRows(keyStart, tile, keyEnd, 0);
        barrier();

        vec4 total = sums * factor;
        for (int i = 0; i < Size; i++)
            total += weights[i * Pitch + y];
        sums = total;

        o00 *= factor.x;
        o01 *= factor.y;
        o02 *= factor.z;
        o03 *= factor.w;
        multiplyRows(o00, o01, o02, o03, x);
        o10 *= factor.x;
        o11 *= factor.y;
        o12 *= factor.z;
        o13 *= factor.w;
        multiplyRows(o10, o11, o12, o13, x + 8);
        barrier();
        if (width > Columns)
        {
            loadRows(keyStart, tile, keyEnd, Columns);
            barrier();
            o20 *= factor.x;
            o21 *= factor.y;
            o22 *= factor.z;
            o23 *= factor.w;
            multiplyRows(o20, o21, o22, o23, x);
            o30 *= factor.x;
            o31 *= factor.y;
            o32 *= factor.z;
            o33 *= factor.w;
            multiplyRows(o30, o31, o32, o33, x + 8);
            barrier();
        }
    }

    vec4 inverse = vec4(sums.x > 0 ? 1 / sums.x : 0, sums.y > 0 ? 1 / sums.y : 0, sums.z > 0 ? 1 / sums.z : 0, sums.w > 0 ? 1 / sums.w : 0);
    storeRow(queryStart, query, x * 4, o00 * inverse.x);
    storeRow(queryStart, query + 1, x * 4, o01 * inverse.y);
    storeRow(queryStart, query + 2, x * 4, o02 * inverse.z);
    storeRow(queryStart, query + 3, x * 4, o03 * inverse.w);
    storeRow(queryStart, query, x * 4 + 32, o10 * inverse.x);
    storeRow(queryStart, query + 1, x * 4 + 32, o11 * inverse.y);
    storeRow(queryStart, query + 2, x * 4 + 32, o12 * inverse.z);
    storeRow(queryStart, query + 3, x * 4 + 32, o13 * inverse.w);
    storeRow(queryStart, query, x * 4 + 64, o20 * inverse.x);
    storeRow(queryStart, query + 1, x * 4 + 64, o21 * inverse.y);
    storeRow(queryStart, query + 2, x * 4 + 64, o22 * inverse.z);
    storeRow(queryStart, query + 3, x * 4 + 64, o23 * inverse.w);
    storeRow(queryStart, query, x * 4 + 96, o30 * inverse.x);
    storeRow(queryStart, query + 1, x * 4 + 96, o31 * inverse.y);
    storeRow(queryStart, query + 2, x * 4 + 96, o32 * inverse.z);
    storeRow(queryStart, query + 3, x * 4 + 96, o33 * inverse.w);
    if (x == 0)
    {
        storeLogSum(head, query, maxima.x, sums.x);
        storeLogSum(head, query + 1, maxima.y, sums.y);
        storeLogSum(head, query + 2, maxima.z, sums.z);
        storeLogSum(head, query + 3, maxima.w, sums.w);
    }
}
