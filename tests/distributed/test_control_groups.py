"""What containers grant, by made-up trees of control groups of both versions."""

import pytest

from bnact.distributed.control_groups import cpu_quota, memory_left, quota_in

SECOND = {"most": "memory.max", "used": "memory.current", "cached": "inactive_file"}
FIRST = {"most": "memory.limit_in_bytes", "used": "memory.usage_in_bytes", "cached": "total_inactive_file"}
NO_LIMIT = str(2**63 - 4096)


@pytest.fixture
def told(tmp_path):
    """A function that makes groups and says what is in them, and the process's listing."""

    def make(listing, groups):
        (tmp_path / "listing").write_text(listing)
        for place, files in groups.items():
            (tmp_path / "mounted" / place).mkdir(parents=True, exist_ok=True)
            for name, text in files.items():
                (tmp_path / "mounted" / place / name).write_text(f"{text}\n")
        return tmp_path / "listing", tmp_path / "mounted"

    return make


def group(names, most, used, cached=0):
    stat = f"anon 1\n{names['cached']} {cached}\nactive_file 500"
    return {names["most"]: most, names["used"]: used, "memory.stat": stat}


@pytest.mark.parametrize(
    ("listing", "top", "names"), [("0::/a/b", "", SECOND), ("7:rdma:/x\n4:memory:/a/b", "memory/", FIRST)]
)
def test_a_group_full_of_cached_pages_is_not_full(told, listing, top, names):
    assert memory_left(*told(listing, {f"{top}a/b": group(names, 1000, 990, 800)})) == 810
    assert memory_left(*told(listing, {f"{top}a/b": group(names, 1000, 990)})) == 10
    assert memory_left(*told(listing, {f"{top}a/b": group(names, 1000, 1200, 100)})) == 0


@pytest.mark.parametrize(
    ("listing", "top", "names"), [("0::/a/b/c", "", SECOND), ("4:memory:/a/b/c", "memory/", FIRST)]
)
@pytest.mark.parametrize("narrow", ["", "a", "a/b", "a/b/c"])
def test_the_narrowest_group_around_the_process_counts(told, listing, top, names, narrow):
    groups = {f"{top}{place}": group(names, 9000, 10) for place in ("", "a", "a/b", "a/b/c")}
    groups[f"{top}{narrow}"] = group(names, 700, 100)
    # Beside the way from the process to the top: another's.
    groups[f"{top}other"] = group(names, 5, 5)
    assert memory_left(*told(listing, groups)) == 600


def test_no_limit_is_none(told):
    assert memory_left(*told("0::/a", {"a": group(SECOND, "max", 5), "": {}})) is None
    assert memory_left(*told("", {})) is None
    left = memory_left(*told("4:memory:/", {"memory": group(FIRST, NO_LIMIT, 5)}))
    assert left is not None
    assert left > 2**62, "of version 1 no limit is a number beyond any memory"


def test_a_listing_that_leads_out_is_not_followed(told):
    assert memory_left(*told("0::/../../a", {"": group(SECOND, 100, 40), "a": group(SECOND, 3, 1)})) == 60


@pytest.mark.parametrize("odd", ["", "lots", "12 34", "\x00"])
def test_what_cannot_be_read_says_nothing(told, odd):
    assert memory_left(*told(f"0::/a\n{odd}", {"a": group(SECOND, odd, 5)})) is None
    assert memory_left(*told("0::/a", {"a": {**group(SECOND, 50, 5), "memory.stat": odd}})) == 45


def test_the_least_quota_around_the_process_counts(told):
    groups = {"": {}, "a": {"cpu.max": "150000 100000"}, "a/b": {"cpu.max": "max 100000"}}
    assert cpu_quota(*told("0::/a/b", groups)) == 1.5
    first = {"cpu.cfs_quota_us": "50000", "cpu.cfs_period_us": "100000"}
    assert cpu_quota(*told("0::/a/b\n1:cpu,cpuacct:/a", {"cpu/a": first})) == 0.5
    unlimited = {"cpu.cfs_quota_us": "-1", "cpu.cfs_period_us": "100000"}
    assert cpu_quota(*told("1:cpu:/z", {"cpu/z": unlimited, "a": {"cpu.max": ""}})) is None


def test_a_quota_is_a_share_of_a_period():
    texts = ("150000 100000\n", "max 100000\n", "", "1 0", "-1 100000")
    assert [quota_in(text) for text in texts] == [1.5, None, None, None, None]
