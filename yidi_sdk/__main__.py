"""`python -m yidi_sdk` is `yidi`."""

from yidi_sdk.cli import main

if __name__ == "__main__":
    main()
