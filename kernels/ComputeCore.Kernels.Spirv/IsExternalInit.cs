#if NETSTANDARD2_0
namespace System.Runtime.CompilerServices;

/// <summary>What the language needs for init-only properties and netstandard2.0 lacks.</summary>
internal static class IsExternalInit;
#endif
