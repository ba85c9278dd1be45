#!/usr/bin/env bash
# Writes every golden file anew. Needs Debian's python3-torch: tools/setup.sh --peers installs it.
set -euo pipefail

folder="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
for script in elementwise reductions matmul convolution pooling normalization softmax_losses indexing optimizers \
  schedules cnn attention transformers networks; do
  PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$folder/$script.py"
done
