"""The measurements by name: `./shouhu bench`, with `--evidence` and `--scale` besides."""

import sys

from bench import evidence, kernel_scale, run


def main() -> int:
    """Run what was asked for."""
    args = run.arguments()
    if args.evidence:
        return evidence.main()
    if args.scale:
        kernel_scale.main()
        return 0
    return run.main(args)


if __name__ == "__main__":
    sys.exit(main())
