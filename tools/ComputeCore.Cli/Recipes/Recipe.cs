using ComputeCore.Cli.Configuration;
using ComputeCore.Cli.Runs;

namespace ComputeCore.Cli.Recipes;

/// <summary>What all recipes let the user set.</summary>
internal abstract record RecipeConfiguration
{
    [Setting("Seed of the initial weights, the order of the data and dropout.", Minimum = 0)]
    public int Seed { get; init; }
}

/// <summary>Something that <c>train</c> can train.</summary>
internal abstract class Recipe
{
    /// <summary>All recipes.</summary>
    public static IReadOnlyList<Recipe> All { get; } =
        [new FashionMnistRecipe(), new CharacterModelRecipe(), new BytePairModelRecipe(), new TranslationRecipe(), new MaskedLanguageModelRecipe()];

    public abstract string Name { get; }

    public abstract string Description { get; }

    public abstract Settings Settings { get; }

    /// <summary>The recipe that a run was made with.</summary>
    /// <exception cref="ArgumentException">There is no such recipe.</exception>
    public static Recipe Named(string name) => All.FirstOrDefault(recipe => recipe.Name == name)
        ?? throw new ArgumentException($"There is no recipe '{name}'; there is {string.Join(", ", All.Select(recipe => recipe.Name))}.");

    /// <summary>Loads the data and makes the model.</summary>
    /// <param name="configuration">The settings.</param>
    /// <param name="folder">The run's folder: what was made of the data lies there, or is put there.</param>
    /// <param name="data">The folder with the data set's files, or null for the cache's.</param>
    public abstract TrainingJob Prepare(object configuration, RunFolder folder, string? data);
}
