using System.Globalization;
using System.Reflection;

namespace ComputeCore.Cli.Configuration;

/// <summary>Makes a property of a recipe's configuration a setting: <c>--key value</c> on the command line, <c>key: value</c> in a file.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SettingAttribute(string description) : Attribute
{
    public string Description => description;

    /// <summary>The key, where it is not the property's name with dashes.</summary>
    public string? Key { get; init; }

    /// <summary>The smallest value of a number.</summary>
    public double Minimum { get; init; } = double.NegativeInfinity;

    /// <summary>The largest value of a number.</summary>
    public double Maximum { get; init; } = double.PositiveInfinity;

    /// <summary>Whether a number must be larger than 0.</summary>
    public bool IsPositive { get; init; }

    /// <summary>Whether a resumed run may change it.</summary>
    public bool ChangesOnResume { get; init; }
}

/// <summary>One setting of a recipe: its name, type and range.</summary>
internal sealed class Setting
{
    private readonly PropertyInfo property;
    private readonly SettingAttribute attribute;

    public Setting(PropertyInfo property)
    {
        this.property = property;
        attribute = property.GetCustomAttribute<SettingAttribute>()!;
        Key = attribute.Key ?? string.Concat(property.Name.Select((c, i) => char.IsUpper(c) ? $"{(i > 0 ? "-" : "")}{char.ToLowerInvariant(c)}" : $"{c}"));
    }

    public string Key { get; }

    public string Description => attribute.Description;

    public bool ChangesOnResume => attribute.ChangesOnResume;

    /// <summary>What stands for the value in a help text.</summary>
    public string Placeholder => property.PropertyType == typeof(string) ? "TEXT" : property.PropertyType == typeof(bool) ? "true|false" : property.PropertyType == typeof(double) ? "X" : "N";

    public object Get(object configuration) => property.GetValue(configuration)!;

    public void Set(object configuration, object value) => property.SetValue(configuration, value);

    /// <summary>A value as it is written on the command line and in files.</summary>
    public static string Text(object value) => value is bool flag ? (flag ? "true" : "false") : Convert.ToString(value, CultureInfo.InvariantCulture)!;

    /// <exception cref="FormatException">The text is of another type or out of range; the message is a rule: "must be a whole number".</exception>
    public object Parse(string text)
    {
        var (type, culture) = (property.PropertyType, CultureInfo.InvariantCulture);
        if (type == typeof(string))
            return text;
        if (type == typeof(bool))
            return bool.TryParse(text, out var flag) ? flag : throw new FormatException("must be true or false");
        if (type == typeof(int) && int.TryParse(text, NumberStyles.AllowLeadingSign, culture, out var whole) && IsInRange(whole))
            return whole;
        if (type == typeof(double) && double.TryParse(text, NumberStyles.Float, culture, out var number) && double.IsFinite(number) && IsInRange(number))
            return number;
        throw new FormatException(Rule(type));
    }

    private bool IsInRange(double value) => value >= attribute.Minimum && value <= attribute.Maximum && !(attribute.IsPositive && value <= 0);

    private string Rule(Type type)
    {
        var (kind, minimum, maximum) = (type == typeof(int) ? "a whole number" : "a number", attribute.Minimum, attribute.Maximum);
        if (attribute.IsPositive && type == typeof(double) && double.IsInfinity(maximum))
            return "must be a positive number";
        if (!double.IsInfinity(maximum))
            return FormattableString.Invariant($"must be {kind} from {(attribute.IsPositive ? "above 0" : minimum)} to {maximum}");
        return minimum == 0 ? $"must be {kind} that is not negative" : double.IsInfinity(minimum) ? $"must be {kind}" : FormattableString.Invariant($"must be {kind}, at least {minimum}");
    }
}
