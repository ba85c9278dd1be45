#!/usr/bin/env python3
"""Writes what canonical normalization needs of the Unicode Character Database (UAX #15), from Debian's package unicode-data.

    tools/unicode.py [FOLDER] > src/ComputeCore.Text/Unicode/normalization.txt

One line for each code point that has a canonical decomposition or a combining class other than 0:
    CODE;CLASS;DECOMPOSITION;X      (hexadecimal; X marks a decomposition that composition leaves out)
"""
import sys

folder = sys.argv[1] if len(sys.argv) > 1 else "/usr/share/unicode"
rows = [line.rstrip("\n").split(";") for line in open(f"{folder}/UnicodeData.txt", encoding="ascii")]
combining = {row[0]: int(row[3]) for row in rows}
listed = {line.split("#")[0].strip() for line in open(f"{folder}/CompositionExclusions.txt", encoding="utf-8")} - {""}

print("# Canonical decompositions and combining classes of Unicode 15.0, written by tools/unicode.py.")
for row in rows:
    code, decomposition = row[0], "" if row[5].startswith("<") else row[5]
    if not decomposition and not combining[code]:
        continue
    parts = decomposition.split()
    excluded = decomposition and (code in listed or len(parts) == 1 or combining[code] or combining.get(parts[0], 0))
    print(";".join([code, f"{combining[code]:X}" if combining[code] else "", decomposition, "X" if excluded else ""]).rstrip(";"))
