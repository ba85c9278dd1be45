using System.Text;

namespace ComputeCore.Kernels.Compiler.Tests;

/// <summary>
/// Writes random C#: methods of integers, floats, tuples, structs, references and local functions, with nested statements and
/// expressions that are defined for all values and end soon. Floats are computed from integers of few bits by exact operations only, so that all machines agree. There are no
/// 64-bit integers: in loops lavapipe 22.3 computes some wrong, in modules of glslc too.
/// </summary>
internal sealed class RandomProgram(int seed)
{
    /// <summary>What the programs share: a struct with a constructor, an operator, a method, an indexer and Deconstruct.</summary>
    public const string Helpers = """
        public struct Pair(int a, int b)
        {
            public int A = a, B = b;

            public int this[int i] => (i & 1) == 0 ? A : B;

            public static Pair operator +(Pair left, Pair right) => new(left.A + right.B, left.B ^ right.A);

            public void Turn(int by) { (A, B) = (B, A - by); }

            public readonly void Deconstruct(out int x, out int y) { x = A; y = B; }
        }

        static void Share(ref int from, int by, out int rest) { rest = from & by; from -= by; }
        """;

    private readonly Random random = new(seed);
    private readonly StringBuilder text = new();
    private readonly List<string> integers = ["x", "y"];
    private int names;

    /// <summary>A method <c>static int name(int x, int y)</c>.</summary>
    public string Method(string name)
    {
        text.Append($"static int {name}(int x, int y) {{ unchecked {{ ");
        var locals = random.Next(1, 5);
        for (var i = 0; i < locals; i++)
            Declare();
        var statements = random.Next(2, 6);
        for (var i = 0; i < statements; i++)
            Statement(2, inLoop: false);
        text.Append($"return {Integer(3)}; }} }}");
        return text.ToString();
    }

    private void Declare()
    {
        var name = $"v{names++}";
        text.Append($"var {name} = {Integer(2)}; ");
        integers.Add(name);
    }

    private void Block(int depth, bool inLoop)
    {
        var scope = integers.Count;
        text.Append("{ ");
        var statements = random.Next(1, 4);
        for (var i = 0; i < statements; i++)
            Statement(depth, inLoop);
        text.Append("} ");
        integers.RemoveRange(scope, integers.Count - scope);
    }

    private void Statement(int depth, bool inLoop)
    {
        switch (depth == 0 ? random.Next(3) : random.Next(inLoop ? 17 : 15))
        {
            case 0:
                Declare();
                break;
            case 1:
                text.Append($"{Variable()} {Pick("=", "+=", "-=", "*=", "^=", "|=", "&=", "<<=", ">>=", ">>>=")} {Integer(2)}; ");
                break;
            case 2:
                text.Append($"{Variable()}{Pick("++", "--")}; ");
                break;
            case 3 or 4:
                text.Append($"if ({Condition(2)}) ");
                Block(depth - 1, inLoop);
                if (random.Next(2) == 0)
                {
                    text.Append("else ");
                    Block(depth - 1, inLoop);
                }

                break;
            case 5:
                For(depth);
                break;
            case 6:
                While(depth);
                break;
            case 7:
                Do(depth);
                break;
            case 8:
                Switch(depth, inLoop);
                break;
            case 9:
                text.Append($"if ({Condition(2)}) return {Integer(2)}; ");
                break;
            case 10:
                text.Append($"({Variable()}, {Variable()}) = ({Integer(1)}, {Integer(1)}); ");
                break;
            case 11:
                Structs();
                break;
            case 12:
                LocalFunction();
                break;
            case 13:
                References();
                break;
            case 14:
                text.Append($"{Variable()} = ({Integer(1)}, {Integer(1)}) switch {{ (> 3, var t) => t + 1, ({random.Next(-9, 3)}, _) => {Integer(1)}, var (s, t) => s - t }}; ");
                break;
            case 15:
                text.Append($"if ({Condition(1)}) break; ");
                break;
            default:
                text.Append($"if ({Condition(1)}) continue; ");
                break;
        }
    }

    private void Structs()
    {
        var (pair, first, second) = ($"p{names++}", $"v{names++}", $"v{names++}");
        text.Append($"var {pair} = new Pair({Integer(1)}, {Integer(1)}) + new Pair({Variable()}, {Literal()}); {pair}.Turn({Integer(1)}); ");
        text.Append($"{pair} = {pair} with {{ A = {pair}[{Variable()}] }}; var ({first}, {second}) = {pair}; ");
        integers.Add(first);
        integers.Add(second);
    }

    private void LocalFunction()
    {
        var (function, result) = ($"F{names++}", $"v{names++}");
        text.Append($"static int {function}(int a, int b) {{ if (a {Pick("<", ">", "==")} b) return a {Pick("+", "^", "*")} {Literal()}; return b {Pick("-", "&", "|")} a; }} ");
        text.Append($"var {result} = {function}({Integer(1)}, {function}({Variable()}, {Integer(1)})); ");
        integers.Add(result);
    }

    private void References()
    {
        var rest = $"v{names++}";
        // A parameter by reference is a variable, not a loop's counter.
        text.Append($"var {rest}s = {Integer(1)}; Share(ref {rest}s, {Integer(1)}, out var {rest}); {rest} ^= {rest}s; ");
        integers.Add(rest);
    }

    private void For(int depth)
    {
        var name = $"i{names++}";
        text.Append($"for (var {name} = 0; {name} < ({Integer(1)} & 7){(random.Next(3) == 0 ? $" && {Condition(1)}" : "")}; {name}++) ");
        Block(depth - 1, inLoop: true);
    }

    private void While(int depth)
    {
        var name = $"n{names++}";
        text.Append($"var {name} = {Integer(1)} & 7; while ({name}-- > 0{(random.Next(3) == 0 ? $" && {Condition(1)}" : "")}) ");
        Block(depth - 1, inLoop: true);
    }

    private void Do(int depth)
    {
        var name = $"n{names++}";
        text.Append($"var {name} = 0; do ");
        Block(depth - 1, inLoop: true);
        text.Append($"while (++{name} < 5 && {Condition(1)}); ");
    }

    private void Switch(int depth, bool inLoop)
    {
        // Inside of a switch, break leaves the switch; what the cases hold must not end with it by chance.
        text.Append($"switch ({Integer(1)} & 3) {{ ");
        foreach (var label in new[] { "case 0:", "case 1: case 2:", random.Next(2) == 0 ? "default:" : "case > 2:" })
        {
            text.Append(label).Append(' ');
            Block(depth - 1, inLoop);
            text.Append("break; ");
        }

        text.Append("} ");
    }

    private string Integer(int depth)
    {
        if (depth == 0)
            return random.Next(4) == 0 ? Literal() : Variable();
        var (a, b) = (Integer(depth - 1), Integer(depth - 1));
        return random.Next(20) switch
        {
            0 => $"({a} + {b})",
            1 => $"({a} - {b})",
            2 => $"({a} * {b})",
            3 => $"({a} / (({b} & 15) + 1))",
            4 => $"({a} % (({b} & 31) + 3))",
            5 => $"({a} & {b})",
            6 => $"({a} | {b})",
            7 => $"({a} ^ {b})",
            8 => $"({a} << {b})",
            9 => $"({a} >> {b})",
            10 => $"({a} >>> {b})",
            11 => $"(-{a})",
            12 => $"(~{a})",
            13 => $"({Condition(depth - 1)} ? {a} : {b})",
            14 => $"({Pick("(sbyte)", "(byte)", "(short)", "(ushort)", "(char)")}{a} + {b})",
            15 => $"Math.{Pick("Min", "Max")}({a}, {b})",
            16 => $"(int)({Pick("(uint)", "(ushort)", "(sbyte)")}{a} * 3 >> {random.Next(40)})",
            17 => $"(int)((uint){a} {Pick("/", "%")} (uint)(({b} & 7) + 1))",
            18 => $"(({a} ^ x) switch {{ {Literal()} => {b}, < {random.Next(40)} => 1, _ => {Variable()} }})",
            _ => $"(int)({Float(depth - 1)})",
        };
    }

    private string Float(int depth)
    {
        if (depth == 0)
            return $"(float)({Variable()} & 255)";
        var (a, b) = (Float(depth - 1), Float(depth - 1));
        return random.Next(5) switch
        {
            0 => $"({a} + {b})",
            1 => $"({a} - {b})",
            2 => $"({a} * 0.5f)",
            3 => $"({Condition(0)} ? {a} : {b})",
            _ => $"MathF.{Pick("Abs", "Floor", "Truncate")}({a})",
        };
    }

    private string Condition(int depth) => depth == 0
        ? $"{Variable()} {Pick("<", "<=", ">", ">=", "==", "!=")} {Integer(0)}"
        : random.Next(7) switch
        {
            0 => $"({Condition(depth - 1)} && {Condition(depth - 1)})",
            1 => $"({Condition(depth - 1)} || {Condition(depth - 1)})",
            2 => $"!({Condition(depth - 1)})",
            3 => $"({Condition(depth - 1)} ^ {Condition(depth - 1)})",
            4 => $"(({Integer(depth - 1)} ^ y) is > {random.Next(-9, 0)} and < {random.Next(1, 99)} or {random.Next(100, 999)})",
            5 => $"{Float(depth - 1)} {Pick("<", ">=", "==")} {Float(depth - 1)}",
            _ => $"{Integer(depth)} {Pick("<", "<=", ">", ">=", "==", "!=")} {Integer(depth - 1)}",
        };

    private string Variable() => integers[random.Next(integers.Count)];

    private string Literal() => random.Next(4) switch
    {
        0 => random.Next().ToString(System.Globalization.CultureInfo.InvariantCulture),
        1 => "int.MaxValue",
        _ => random.Next(0, 40).ToString(System.Globalization.CultureInfo.InvariantCulture),
    };

    private string Pick(params ReadOnlySpan<string> choices) => choices[random.Next(choices.Length)];
}
