using ComputeCore.Kernels.Compiler.Diagnostics;
using ComputeCore.Kernels.Spirv;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace ComputeCore.Kernels.Compiler.Functions;

// Statements.
internal sealed partial class FunctionCompiler
{
    private readonly Stack<uint> breakTargets = new();
    private readonly Stack<uint> continueTargets = new();
    private readonly HashSet<uint> brokenTo = [];

    /// <summary>Compiles a statement; an error in it is reported, and the next statement compiled.</summary>
    private void Statement(IOperation operation)
    {
        if (!Code.IsReachable)
            return;
        try
        {
            Line(operation);
            Visit(operation);
        }
        catch (KernelException exception)
        {
            Module.Report(exception.Error);
        }
        catch (BrokenSymbolException)
        {
            // The declaration's error has been reported.
        }
    }

    private void Visit(IOperation operation)
    {
        switch (operation)
        {
            case IBlockOperation block:
                foreach (var statement in block.Operations)
                    Statement(statement);
                break;
            case IExpressionStatementOperation expression:
                Discard(expression.Operation);
                break;
            case IVariableDeclarationGroupOperation group:
                foreach (var declarator in group.Declarations.SelectMany(declaration => declaration.Declarators))
                    Declaration(declarator);
                break;
            case IConditionalOperation conditional:
                If(conditional);
                break;
            case IForLoopOperation loop:
                foreach (var statement in loop.Before)
                    Statement(statement);
                Loop(loop.Condition, testFirst: true, loop.Body, loop.AtLoopBottom);
                break;
            case IWhileLoopOperation loop:
                Loop(loop.Condition, loop.ConditionIsTop, loop.Body, []);
                break;
            case ISwitchOperation choice:
                Switch(choice);
                break;
            case IBranchOperation { BranchKind: BranchKind.Break }:
                brokenTo.Add(breakTargets.Peek());
                Code.Branch(breakTargets.Peek());
                break;
            case IBranchOperation { BranchKind: BranchKind.Continue }:
                Code.Branch(continueTargets.Peek());
                break;
            case IReturnOperation { Kind: OperationKind.Return } end:
                Return(end);
                break;
            case IEmptyOperation or ILocalFunctionOperation:
                break;
            case IForEachLoopOperation:
                throw Unsupported(operation, "foreach", "a for loop over indices");
            case IBranchOperation or ILabeledOperation:
                throw Unsupported(operation, "goto", "loops, break, continue and return");
            case IThrowOperation or ITryOperation:
                throw Unsupported(operation, "an exception", "a value that tells of the failure, or a check before the launch");
            default:
                throw Unsupported(operation, "this statement");
        }
    }

    private void Line(IOperation operation)
    {
        if (!Module.IsDebug || operation is IBlockOperation)
            return;
        var span = operation.Syntax.GetLocation().GetLineSpan();
        Code.Do(
            Op.Line,
            Builder.String(Path.GetFileName(span.Path)),
            (uint)span.StartLinePosition.Line + 1,
            (uint)span.StartLinePosition.Character + 1);
    }

    private void Declaration(IVariableDeclaratorOperation declarator)
    {
        var symbol = declarator.Symbol;
        var initializer = declarator.GetVariableInitializer();
        try
        {
            if (symbol.RefKind != RefKind.None)
                symbols[symbol] = Pin(PlaceOf(initializer!.Value));
            else if (initializer is null)
                DeclareVariable(symbol, Read(symbol.Type, declarator.Syntax.GetLocation()));
            else
                Declare(symbol, Evaluate(initializer.Value));
        }
        catch (KernelException)
        {
            broken.Add(symbol);
            throw;
        }
    }

    private void If(IConditionalOperation conditional)
    {
        var condition = Evaluate(conditional.Condition).Id;
        var (then, merge) = (Builder.NewId(), Builder.NewId());
        var otherwise = conditional.WhenFalse is null ? merge : Builder.NewId();
        Code.Do(Op.SelectionMerge, merge, 0);
        Code.BranchConditional(condition, then, otherwise);

        Code.Label(then);
        Statement(conditional.WhenTrue);
        Code.Branch(merge);
        if (conditional.WhenFalse is { } whenFalse)
        {
            Code.Label(otherwise);
            Statement(whenFalse);
            Code.Branch(merge);
        }

        Code.Label(merge);
    }

    private void Loop(IOperation? condition, bool testFirst, IOperation body, IEnumerable<IOperation> step)
    {
        var (header, start, next, merge) = (Builder.NewId(), Builder.NewId(), Builder.NewId(), Builder.NewId());
        Code.Label(header);
        Code.Do(Op.LoopMerge, merge, next, 0);
        var first = Builder.NewId();
        Code.Branch(first);
        Code.Label(first);
        if (testFirst)
            Test(condition, start, merge);
        else
            Code.Branch(start);

        Code.Label(start);
        breakTargets.Push(merge);
        continueTargets.Push(next);
        Statement(body);
        breakTargets.Pop();
        continueTargets.Pop();

        Code.Label(next);
        foreach (var statement in step)
            Statement(statement);
        if (testFirst)
            Code.Branch(header);
        else
            Test(condition, header, merge);
        Code.Label(merge);

        // An endless loop without break has no way out.
        if (!brokenTo.Contains(merge) && IsAlways(condition))
            Code.Terminate(Op.Unreachable);
    }

    private void Test(IOperation? condition, uint enter, uint leave)
    {
        if (IsAlways(condition))
            Code.Branch(enter);
        else
            Code.BranchConditional(Evaluate(condition!).Id, enter, leave);
    }

    private static bool IsAlways(IOperation? condition) => condition is null or { ConstantValue: { HasValue: true, Value: true } };

    private void Return(IReturnOperation end)
    {
        if (end.ReturnedValue is null || Result.IsEmpty)
        {
            if (end.ReturnedValue is { } value)
                Discard(value);
            Code.Terminate(Op.Return);
        }
        else
        {
            Code.Terminate(Op.ReturnValue, Evaluate(end.ReturnedValue).Id);
        }
    }

    private sealed class BrokenSymbolException : Exception;
}
