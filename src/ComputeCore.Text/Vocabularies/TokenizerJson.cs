using System.Text.Encodings.Web;
using System.Text.Json;

namespace ComputeCore.Text;

/// <summary>Writes what all of Hugging Face's <c>tokenizer.json</c> files have in common.</summary>
internal static class TokenizerJson
{
    /// <summary>Opens the document, and writes all that stands before the normalizer.</summary>
    public static Utf8JsonWriter Begin(Stream stream, IReadOnlyList<AddedToken> addedTokens)
    {
        // Vocabularies are mostly characters outside of ASCII, which need no escapes in a file of UTF-8.
        var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, IndentSize = 1, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("version", "1.0");
        json.WriteNull("truncation");
        json.WriteNull("padding");
        json.WriteStartArray("added_tokens");
        foreach (var token in addedTokens.OrderBy(token => token.Id))
        {
            json.WriteStartObject();
            json.WriteNumber("id", token.Id);
            json.WriteString("content", token.Text);
            json.WriteBoolean("single_word", false);
            json.WriteBoolean("lstrip", token.StripsLeft);
            json.WriteBoolean("rstrip", token.StripsRight);
            json.WriteBoolean("normalized", false);
            json.WriteBoolean("special", token.IsSpecial);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        return json;
    }

    /// <summary>A part that is nothing but its type, or null.</summary>
    public static void WriteType(Utf8JsonWriter json, string part, string? type)
    {
        if (type is null)
        {
            json.WriteNull(part);
            return;
        }

        json.WriteStartObject(part);
        json.WriteString("type", type);
        json.WriteEndObject();
    }

    public static void WriteVocabulary(Utf8JsonWriter json, IReadOnlyList<string?> tokens)
    {
        json.WriteStartObject("vocab");
        for (var id = 0; id < tokens.Count; id++)
        {
            if (tokens[id] is { } token)
                json.WriteNumber(token, id);
        }

        json.WriteEndObject();
    }
}
