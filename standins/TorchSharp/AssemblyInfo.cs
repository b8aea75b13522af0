using System.Runtime.CompilerServices;

// Every call across the C boundary is blittable: a bool is one byte, structs go by value.
[assembly: DisableRuntimeMarshalling]
