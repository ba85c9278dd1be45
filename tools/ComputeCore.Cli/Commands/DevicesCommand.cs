using System.CommandLine;
using ComputeCore.Devices;
using Spectre.Console;

namespace ComputeCore.Cli.Commands;

/// <summary><c>devices</c>: what this machine has, and why something can't be used.</summary>
internal static class DevicesCommand
{
    public static Command Create()
    {
        var command = new Command("devices", "List this machine's devices, usable or not.");
        command.SetAction(parsed =>
        {
            var devices = DeviceCatalog.List();
            if (parsed.GetValue(CommonOptions.Json))
            {
                Terminal.Json(new { devices });
                return ExitCode.Done;
            }

            var table = new Table().Border(TableBorder.Rounded).AddColumns("Name", "Kind", "Description", "Usable");
            foreach (var device in devices)
                table.AddRow(device.Name, device.Kind, Markup.Escape(device.Description), device.Usable ? "yes" : Markup.Escape($"no: {device.Reason}"));
            AnsiConsole.Write(table);
            return ExitCode.Done;
        });
        return command;
    }
}
