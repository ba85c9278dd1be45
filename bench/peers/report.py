"""How a training in PyTorch reports what it did."""
import json
import resource

import torch


def report(options, **figures):
    """Writes the figures, the device and the process's peak memory as JSON: into the file options.json, or to standard output."""
    result = json.dumps({
        "device": f"PyTorch {torch.__version__} on {options.threads} threads",
        **figures,
        "peakMemoryBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }, indent=2)
    if options.json:
        options.json.write_text(result + "\n")
    else:
        print(result)
