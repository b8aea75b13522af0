namespace Orleans.Runtime
{
    /// <summary>The base of what the runtime itself throws.</summary>
    [GenerateSerializer]
    public class OrleansException : Exception
    {
        /// <summary>An error without a message of its own.</summary>
        public OrleansException() : base("Unexpected error.") { }

        /// <summary>An error.</summary>
        public OrleansException(string message) : base(message) { }

        /// <summary>An error and what caused it.</summary>
        public OrleansException(string message, Exception innerException) : base(message, innerException) { }
    }

    /// <summary>A message was refused on its way.</summary>
    [GenerateSerializer]
    public class OrleansMessageRejectionException : OrleansException
    {
        internal OrleansMessageRejectionException(string message) : base(message) { }

        internal OrleansMessageRejectionException(string message, Exception? innerException) : base(message, innerException!) { }
    }

    /// <summary>The silo that a call went to, or came from, is gone.</summary>
    [GenerateSerializer]
    public sealed class SiloUnavailableException : OrleansMessageRejectionException
    {
        /// <summary>An error without a message of its own.</summary>
        public SiloUnavailableException() : base("Silo unavailable") { }

        /// <summary>An error.</summary>
        public SiloUnavailableException(string msg) : base(msg) { }

        /// <summary>An error and what caused it.</summary>
        public SiloUnavailableException(string message, Exception innerException) : base(message, innerException) { }
    }

    /// <summary>An asynchronous sequence ended before its end, for its grain was deactivated.</summary>
    [GenerateSerializer]
    public sealed class EnumerationAbortedException : Exception
    {
        /// <summary>An error without a message of its own.</summary>
        public EnumerationAbortedException() { }

        /// <summary>An error.</summary>
        public EnumerationAbortedException(string message) : base(message) { }

        /// <summary>An error and what caused it.</summary>
        public EnumerationAbortedException(string message, Exception innerException) : base(message, innerException) { }
    }
}

namespace Orleans.Serialization
{
    /// <summary>The base of errors of copying and serialization.</summary>
    [GenerateSerializer]
    public class SerializerException : Exception
    {
        /// <summary>An error without a message of its own.</summary>
        public SerializerException() { }

        /// <summary>An error.</summary>
        public SerializerException(string message) : base(message) { }

        /// <summary>An error and what caused it.</summary>
        public SerializerException(string message, Exception innerException) : base(message, innerException) { }
    }

    /// <summary>A value's type cannot cross a call: it is not marked with <see cref="GenerateSerializerAttribute"/>.</summary>
    [GenerateSerializer]
    public sealed class CodecNotFoundException : SerializerException
    {
        /// <summary>An error.</summary>
        public CodecNotFoundException(string message) : base(message) { }
    }
}

namespace Orleans.Storage
{
    /// <summary>A provider was named that nobody registered.</summary>
    [GenerateSerializer]
    public sealed class BadProviderConfigException : Runtime.OrleansException
    {
        /// <summary>An error without a message of its own.</summary>
        public BadProviderConfigException() { }

        /// <summary>An error.</summary>
        public BadProviderConfigException(string msg) : base(msg) { }

        /// <summary>An error and what caused it.</summary>
        public BadProviderConfigException(string msg, Exception exc) : base(msg, exc) { }
    }
}
