using Cluster.Client;

return await Cli.Run(args, Terminal.OfProcess());
