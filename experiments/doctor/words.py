"""Numbers as a person reads them."""


def in_bytes(count: int) -> str:
    """For example 1.5 GiB."""
    size, units = float(count), ["bytes", "KiB", "MiB", "GiB", "TiB"]
    while size >= 1024 and len(units) > 1:
        size, units = size / 1024, units[1:]
    return f"{size:.3g} {units[0]}"


def counted(count: int, one: str) -> str:
    """For example 1 core, 2 cores."""
    return f"{count} {one}" if count == 1 else f"{count} {one}s"
