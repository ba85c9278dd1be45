// The engine's fused attention (kernels/ComputeCore.Kernels/Attention, FlashAttention.Forward) in GLSL: a group of 8 x 8 per 32
// queries of a head walks over tiles of 32 keys, 4 x 4 scores each, with running maxima and sums. Dropout, a branch that the engine's
// kernel skips in this comparison, is left out.
#version 450

layout(local_size_x_id = 0, local_size_y_id = 1, local_size_z_id = 2) in;

layout(std430, binding = 0) readonly buffer Q { float q[]; };
layout(std430, binding = 0) readonly buffer QQuads { vec4 qQuads[]; };
layout(std430, binding = 1) readonly buffer K { float k[]; };
layout(std430, binding = 1) readonly buffer KQuads { vec4 kQuads[]; };
layout(std430, binding = 2) readonly buffer V { float v[]; };
layout(std430, binding = 2) readonly buffer VQuads { vec4 vQuads[]; };
layout(std430, binding = 3) readonly buffer Spans { int spans[]; };
layout(std430, binding = 4) readonly buffer Slopes { float slopes[]; };
layout(std430, binding = 6) buffer O { float o[]; };
layout(std430, binding = 6) buffer OQuads { vec4 oQuads[]; };
layout(std430, binding = 7) buffer LogSums { float logSums[]; };

layout(push_constant) uniform Shape
{
    int heads, keyHeads, queries, keys, width;
    float scale;
    int causal, hasSpans, hasSlopes;
    float dropout_;
    int stream;
};

const int Size = 32, Columns = 64, Pitch = Size / 4 + 1, ColumnPitch = Columns / 4, Side = 8;
const float Lowest = -1e30, Infinity = 1.0 / 0.0;

shared vec4 queryTile[Size * Pitch];
shared vec4 keyTile[Size * Pitch];
shared vec4 weights[Size * Pitch];
shared vec4 rows[Size * ColumnPitch];
shared vec4 parts[Side * Side];

int x = int(gl_LocalInvocationID.x), y = int(gl_LocalInvocationID.y);

struct Rows { int offset, stride, count; };

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

#define ELEMENT(VIEW, AT, INSIDE) ((INSIDE) ? VIEW[(INSIDE) ? (AT) : 0] : 0.0)

#define LOADER(NAME, VIEW, QUADS) \
    vec4 NAME(Rows of, int row, int column) \
    { \
        int at = of.offset + row * of.stride + column, left = width - column; \
        bool inside = row < of.count && column < width; \
        if (width % 4 == 0) \
        { \
            vec4 quad = QUADS[inside ? at / 4 : 0]; \
            return inside ? quad : vec4(0); \
        } \
        return vec4( \
            ELEMENT(VIEW, at, inside), ELEMENT(VIEW, at + 1, inside && left > 1), \
            ELEMENT(VIEW, at + 2, inside && left > 2), ELEMENT(VIEW, at + 3, inside && left > 3)); \
    }

LOADER(loadQ, q, qQuads)
LOADER(loadK, k, kQuads)
LOADER(loadV, v, vQuads)

// Where a row of keys lies.
int place(int row) { return row % 4 * Side + row / 4; }

float addDot(vec4 a, vec4 b, float sum) { return fma(a.w, b.w, fma(a.z, b.z, fma(a.y, b.y, fma(a.x, b.x, sum)))); }

void productStep(inout vec4 s[4], int depth)
{
    int row = y * 4 * Pitch + depth, key = x * Pitch + depth;
    vec4 k0 = keyTile[key], k1 = keyTile[key + Side * Pitch], k2 = keyTile[key + 2 * Side * Pitch], k3 = keyTile[key + 3 * Side * Pitch];
    for (int i = 0; i < 4; i++)
    {
        vec4 a = queryTile[row + i * Pitch];
        s[i] = vec4(addDot(a, k0, s[i].x), addDot(a, k1, s[i].y), addDot(a, k2, s[i].z), addDot(a, k3, s[i].w));
    }
}

void products(inout vec4 s[4], Rows query, int firstQuery, Rows key, int firstKey)
{
    for (int depth = 0; depth < width; depth += Size)
    {
        int column = depth + x * 4;
        vec4 a = loadQ(query, firstQuery + y, column), b = loadQ(query, firstQuery + y + 8, column);
        vec4 c = loadQ(query, firstQuery + y + 16, column), d = loadQ(query, firstQuery + y + 24, column);
        vec4 e = loadK(key, firstKey + y, column), f = loadK(key, firstKey + y + 8, column);
        vec4 g = loadK(key, firstKey + y + 16, column), h = loadK(key, firstKey + y + 24, column);
        queryTile[y * Pitch + x] = a;
        queryTile[(y + 8) * Pitch + x] = b;
        queryTile[(y + 16) * Pitch + x] = c;
        queryTile[(y + 24) * Pitch + x] = d;
        keyTile[place(y) * Pitch + x] = e;
        keyTile[place(y + 8) * Pitch + x] = f;
        keyTile[place(y + 16) * Pitch + x] = g;
        keyTile[place(y + 24) * Pitch + x] = h;
        barrier();
        for (int i = 0; i < Size / 4; i += 4)
        {
            productStep(s, i);
            productStep(s, i + 1);
            productStep(s, i + 2);
            productStep(s, i + 3);
        }

        barrier();
    }
}

void loadColumns(Rows of, int row, int column)
{
    int item = y * Side + x, line = item / ColumnPitch, at = column + item % ColumnPitch * 4;
    for (int i = 0; i < Size; i += 16)
    {
        vec4 a = loadV(of, row + i + line, at), b = loadV(of, row + i + line + 4, at);
        vec4 c = loadV(of, row + i + line + 8, at), d = loadV(of, row + i + line + 12, at);
        int first = i * ColumnPitch + item;
        rows[first] = a;
        rows[first + 4 * ColumnPitch] = b;
        rows[first + 8 * ColumnPitch] = c;
        rows[first + 12 * ColumnPitch] = d;
    }
}

void addOuter(inout vec4 s[8], vec4 factors, vec4 low, vec4 high)
{
    for (int i = 0; i < 4; i++)
    {
        s[i] = fma(vec4(factors[i]), low, s[i]);
        s[i + 4] = fma(vec4(factors[i]), high, s[i + 4]);
    }
}

void multiplyRows(inout vec4 s[8])
{
    for (int i = 0; i < Size / 4; i++)
    {
        int at = y * 4 * Pitch + i, row = i * 4 * ColumnPitch + x;
        vec4 a = weights[at], b = weights[at + Pitch], c = weights[at + 2 * Pitch], d = weights[at + 3 * Pitch];
        addOuter(s, vec4(a.x, b.x, c.x, d.x), rows[row], rows[row + 8]);
        addOuter(s, vec4(a.y, b.y, c.y, d.y), rows[row + ColumnPitch], rows[row + ColumnPitch + 8]);
        addOuter(s, vec4(a.z, b.z, c.z, d.z), rows[row + 2 * ColumnPitch], rows[row + 2 * ColumnPitch + 8]);
        addOuter(s, vec4(a.w, b.w, c.w, d.w), rows[row + 3 * ColumnPitch], rows[row + 3 * ColumnPitch + 8]);
    }
}

void scaleRows(inout vec4 s[8], vec4 factors)
{
    for (int i = 0; i < 4; i++)
    {
        s[i] *= factors[i];
        s[i + 4] *= factors[i];
    }
}

float score(float product, int query, int key, int begin, int end, int position, float slope)
{
    float distance = float(position + query - key);
    bool isSeen = query < queries && key >= begin && key < end && (causal == 0 || distance >= 0);
    float value = fma(-slope, abs(distance), product * scale);
    return isSeen ? value : -Infinity;
}

float largest(vec4 a) { return max(max(a.x, a.y), max(a.z, a.w)); }

float sum(vec4 a) { return a.x + a.y + (a.z + a.w); }

void storeQuad(Rows of, int row, int column, vec4 value)
{
    if (row >= of.count || column >= width)
        return;
    int at = of.offset + row * of.stride + column, count = width - column;
    if (width % 4 == 0)
    {
        oQuads[at / 4] = value;
        return;
    }

    for (int i = 0; i < min(count, 4); i++)
        o[at + i] = value[i];
}

void storeRows(Rows of, int row, int column, vec4 s[8], vec4 factors)
{
    for (int i = 0; i < 4; i++)
    {
        storeQuad(of, row + i, column + x * 4, s[i] * factors[i]);
        storeQuad(of, row + i, column + x * 4 + Columns / 2, s[i + 4] * factors[i]);
    }
}

void main()
{
    int batch = int(gl_WorkGroupID.y) / heads, h = int(gl_WorkGroupID.y) - batch * heads, keyHead = h / (heads / keyHeads);
    int first = int(gl_WorkGroupID.x) * Size, column = int(gl_WorkGroupID.z) * 2 * Columns, query = first + y * 4;
    bool isWide = width - column > Columns;
    int begin = 0, keyEnd = keys, position = keys - queries;
    if (hasSpans != 0)
    {
        begin = max(spans[batch * 3], 0);
        keyEnd = min(spans[batch * 3 + 1], keys);
        position = spans[batch * 3 + 2];
    }

    float slope = 0;
    if (hasSlopes != 0)
        slope = slopes[h];
    int seen = position + first + Size, end = causal != 0 && seen < keyEnd ? seen : keyEnd;
    Rows ofQueries = Rows((batch * queries * heads + h) * width, heads * width, queries);
    Rows ofKeys = Rows((batch * keys * keyHeads + keyHead) * width, keyHeads * width, end);

    vec4 maxima = vec4(Lowest), sums = vec4(0);
    vec4 low[8] = vec4[8](vec4(0), vec4(0), vec4(0), vec4(0), vec4(0), vec4(0), vec4(0), vec4(0)), high[8] = low;
    for (int tile = begin; tile < end; tile += Size)
    {
        vec4 s[4] = vec4[4](vec4(0), vec4(0), vec4(0), vec4(0));
        products(s, ofQueries, first, ofKeys, tile);
        int key = tile + x * 4;
        for (int i = 0; i < 4; i++)
            s[i] = vec4(
                score(s[i].x, query + i, key, begin, keyEnd, position, slope), score(s[i].y, query + i, key + 1, begin, keyEnd, position, slope),
                score(s[i].z, query + i, key + 2, begin, keyEnd, position, slope), score(s[i].w, query + i, key + 3, begin, keyEnd, position, slope));

        parts[x * 8 + y] = vec4(largest(s[0]), largest(s[1]), largest(s[2]), largest(s[3]));
        barrier();
        vec4 newMaxima = maxima;
        for (int i = 0; i < 8; i++)
            newMaxima = max(newMaxima, parts[i * 8 + y]);
        vec4 factors = quadExp(maxima - newMaxima, 0);
        maxima = newMaxima;
        for (int i = 0; i < 4; i++)
            s[i] = quadExp(s[i], maxima[i]);
        sums = fma(sums, factors, vec4(sum(s[0]), sum(s[1]), sum(s[2]), sum(s[3])));

        int at = y * 4 * Pitch + x;
        for (int i = 0; i < 4; i++)
            weights[at + i * Pitch] = s[i];
        loadColumns(ofKeys, tile, column);
        barrier();
        scaleRows(low, factors);
        multiplyRows(low);
        barrier();
        if (isWide)
        {
            loadColumns(ofKeys, tile, column + Columns);
            barrier();
            scaleRows(high, factors);
            multiplyRows(high);
            barrier();
        }
    }

    parts[x * 8 + y] = sums;
    barrier();
    sums = vec4(0);
    for (int i = 0; i < 8; i++)
        sums += parts[i * 8 + y];

    vec4 inverse = vec4(sums.x > 0 ? 1 / sums.x : 0, sums.y > 0 ? 1 / sums.y : 0, sums.z > 0 ? 1 / sums.z : 0, sums.w > 0 ? 1 / sums.w : 0);
    storeRows(ofQueries, query, column, low, inverse);
    if (isWide)
        storeRows(ofQueries, query, column + Columns, high, inverse);
    if (x == 0 && gl_WorkGroupID.z == 0)
        for (int i = 0; i < 4; i++)
            if (query + i < queries)
                logSums[int(gl_WorkGroupID.y) * queries + query + i] = sums[i] > 0 ? maxima[i] + engineLog(sums[i]) : 0;
}
