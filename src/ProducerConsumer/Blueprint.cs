namespace ProducerConsumer;

/// <summary>What a recipe says of the whole pipeline.</summary>
internal sealed record PipelineHead(string Name, int Capacity, PipelineOptions Options);

/// <summary>What a recipe says of one producer stage.</summary>
internal sealed record SourceBlueprint<T>(
    string Name, int Turns, int MaxWorkers, Func<SourceStage, BoundedBuffer<T>, Worker> CreateWorker);

/// <summary>What a recipe says of the consumer stage.</summary>
internal sealed record ConsumerBlueprint<T>(StageOptions<T> Options, Func<BufferedStage<T>, Worker> CreateWorker);
