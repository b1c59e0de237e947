"""The measurements by name: `./shouhu bench --evidence`, `./shouhu bench --scale`."""

import argparse
import sys

from bench import evidence, kernel_scale


def main() -> int:
    """Run what was asked for; 0 only if everything shows as claimed."""
    parser = argparse.ArgumentParser(prog="shouhu bench", description="测量与证据")
    one = parser.add_mutually_exclusive_group(required=True)
    one.add_argument("--evidence", action="store_true", help="参考引擎的三项缺陷与内核对照")
    one.add_argument("--scale", action="store_true", help="内核在 5,000 规模下每步的开销")
    args = parser.parse_args()
    if args.evidence:
        return evidence.main()
    kernel_scale.main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
