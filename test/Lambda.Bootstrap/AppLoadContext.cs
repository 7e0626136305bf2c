using System.Reflection;
using System.Runtime.Loader;

namespace Lambda.Bootstrap;

/// <summary>The app with its own packages, as its deps.json lists them; only the shared frameworks come from here.</summary>
internal sealed class AppLoadContext : AssemblyLoadContext
{
    private readonly AssemblyDependencyResolver _resolver;
    private readonly Assembly _app;

    public AppLoadContext(string folder, string name)
    {
        var path = Path.Combine(folder, name + ".dll");
        _resolver = new(path);
        _app = LoadFromAssemblyPath(path);
    }

    /// <summary>Runs the program and returns its exit code.</summary>
    public int Run()
    {
        var main = _app.EntryPoint ?? throw new InvalidOperationException($"{_app.GetName().Name} is not an executable assembly.");
        object?[]? arguments = main.GetParameters() is [] ? null : [Array.Empty<string>()];

        return main.Invoke(null, BindingFlags.DoNotWrapExceptions, binder: null, arguments, culture: null) as int? ?? 0;
    }

    /// <summary>Makes the object of a handler <c>Assembly::Type::Method</c>, and returns its method.</summary>
    public Func<Stream, Task<Stream>> Find(string handler)
    {
        if (handler.Split("::") is not [_, var typeName, var methodName])
        {
            throw new ArgumentException($"The handler '{handler}' is not of the form Assembly::Type::Method.", nameof(handler));
        }

        var method = _app.GetType(typeName, throwOnError: true)!.GetMethod(methodName, [typeof(Stream)])
            ?? throw new MissingMethodException(typeName, methodName);
        var constructor = method.ReflectedType!.GetConstructor([]) is { } found && method.ReflectedType.IsVisible
            ? found
            : throw new MissingMethodException($"{typeName} is not public, or has no public constructor without parameters.");
        var function = constructor.Invoke(BindingFlags.DoNotWrapExceptions, binder: null, parameters: null, culture: null);

        return method.CreateDelegate<Func<Stream, Task<Stream>>>(function);
    }

    protected override Assembly? Load(AssemblyName assemblyName) =>
        _resolver.ResolveAssemblyToPath(assemblyName) is { } path ? LoadFromAssemblyPath(path) : null;

    protected override nint LoadUnmanagedDll(string unmanagedDllName) =>
        _resolver.ResolveUnmanagedDllToPath(unmanagedDllName) is { } path ? LoadUnmanagedDllFromPath(path) : 0;
}
