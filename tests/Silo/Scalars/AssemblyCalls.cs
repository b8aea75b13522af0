using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Cluster.Silo.Tests;

/// <summary>A method as an assembly names it: <c>TorchSharp.torch+Tensor</c>, <c>add</c>, <c>Tensor,Scalar</c>.</summary>
public sealed record MethodName(string Type, string Name, string Parameters)
{
    public override string ToString() => $"{Type}.{Name}({Parameters})";
}

/// <summary>One call in a method's body; <see cref="Kept"/> says that its result goes into a local variable or a static field.</summary>
public sealed record MethodCall(MethodName Caller, MethodName Callee, bool Kept);

/// <summary>The calls that the methods of an assembly make, read from its instructions without loading it.</summary>
public static class AssemblyCalls
{
    private static readonly Dictionary<int, OpCode> _codes = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => (int)(ushort)code.Value);

    public static IReadOnlyList<MethodCall> Of(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        MetadataReader reader = file.GetMetadataReader();
        var calls = new List<MethodCall>();
        foreach (MethodDefinitionHandle handle in reader.MethodDefinitions)
        {
            MethodDefinition method = reader.GetMethodDefinition(handle);
            if (method.RelativeVirtualAddress == 0) continue;
            Read(reader, Named(reader, handle), file.GetMethodBody(method.RelativeVirtualAddress).GetILBytes()!, calls);
        }
        return calls;
    }

    private static void Read(MetadataReader reader, MethodName caller, byte[] body, List<MethodCall> calls)
    {
        for (int at = 0; at < body.Length;)
        {
            OpCode code = Next(body, ref at);
            if (code.OperandType == OperandType.InlineMethod && Named(reader, MetadataTokens.EntityHandle(BitConverter.ToInt32(body, at))) is { } callee)
            {
                int after = at + 4;
                calls.Add(new MethodCall(caller, callee, after < body.Length && Stores(Next(body, ref after))));
            }
            at += Size(code.OperandType, body, at);
        }
    }

    private static OpCode Next(byte[] body, ref int at)
    {
        int code = body[at++];
        return _codes[code == 0xFE ? 0xFE00 | body[at++] : code];
    }

    private static bool Stores(OpCode code) => code.Name!.StartsWith("stloc", StringComparison.Ordinal) || code == OpCodes.Stsfld;

    private static int Size(OperandType operand, byte[] body, int at) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(body, at)),
        _ => 4,
    };

    private static MethodName? Named(MetadataReader reader, EntityHandle handle)
    {
        switch (handle.Kind)
        {
            case HandleKind.MethodSpecification:
                return Named(reader, reader.GetMethodSpecification((MethodSpecificationHandle)handle).Method);
            case HandleKind.MemberReference:
                MemberReference member = reader.GetMemberReference((MemberReferenceHandle)handle);
                return member.Parent.Kind == HandleKind.TypeReference
                    ? new MethodName(Named(reader, (TypeReferenceHandle)member.Parent), reader.GetString(member.Name), Parameters(member.DecodeMethodSignature(TypeNames.Instance, null)))
                    : null; // a generic type's or an array's: none of TorchSharp's
            default:
                return Named(reader, (MethodDefinitionHandle)handle);
        }
    }

    private static MethodName Named(MetadataReader reader, MethodDefinitionHandle handle)
    {
        MethodDefinition method = reader.GetMethodDefinition(handle);
        return new MethodName(Named(reader, method.GetDeclaringType()), reader.GetString(method.Name), Parameters(method.DecodeSignature(TypeNames.Instance, null)));
    }

    private static string Parameters(MethodSignature<string> signature) => string.Join(',', signature.ParameterTypes);

    private static string Named(MetadataReader reader, TypeReferenceHandle handle)
    {
        TypeReference type = reader.GetTypeReference(handle);
        string name = reader.GetString(type.Name);
        return type.ResolutionScope.Kind == HandleKind.TypeReference
            ? $"{Named(reader, (TypeReferenceHandle)type.ResolutionScope)}+{name}"
            : $"{reader.GetString(type.Namespace)}.{name}";
    }

    private static string Named(MetadataReader reader, TypeDefinitionHandle handle)
    {
        TypeDefinition type = reader.GetTypeDefinition(handle);
        string name = reader.GetString(type.Name);
        return type.GetDeclaringType() is { IsNil: false } outer ? $"{Named(reader, outer)}+{name}" : $"{reader.GetString(type.Namespace)}.{name}";
    }

    /// <summary>Types by their short names, as far as they tell overloads apart.</summary>
    private sealed class TypeNames : ISignatureTypeProvider<string, object?>
    {
        internal static readonly TypeNames Instance = new();

        public string GetPrimitiveType(PrimitiveTypeCode code) => code.ToString();
        public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte kind) => reader.GetString(reader.GetTypeReference(handle).Name);
        public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte kind) => reader.GetString(reader.GetTypeDefinition(handle).Name);
        public string GetTypeFromSpecification(MetadataReader reader, object? context, TypeSpecificationHandle handle, byte kind) => reader.GetTypeSpecification(handle).DecodeSignature(this, context);
        public string GetSZArrayType(string element) => $"{element}[]";
        public string GetArrayType(string element, ArrayShape shape) => $"{element}[{new string(',', shape.Rank - 1)}]";
        public string GetByReferenceType(string element) => $"{element}&";
        public string GetPointerType(string element) => $"{element}*";
        public string GetPinnedType(string element) => element;
        public string GetModifiedType(string modifier, string unmodified, bool required) => unmodified;
        public string GetFunctionPointerType(MethodSignature<string> signature) => "function";
        public string GetGenericInstantiation(string type, ImmutableArray<string> arguments) => $"{type}<{string.Join(',', arguments)}>";
        public string GetGenericMethodParameter(object? context, int index) => $"!!{index}";
        public string GetGenericTypeParameter(object? context, int index) => $"!{index}";
    }
}
