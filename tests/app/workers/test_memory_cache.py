"""What was computed is kept as long as memory allows."""

from app.workers.memory_cache import MemoryCache


def made(cache: MemoryCache[bytes], key: str, size: int) -> bool:
    """Whether a value had to be made."""
    calls: list[str] = []

    def make() -> bytes:
        calls.append(key)
        return bytes(size)

    assert len(cache.get(key, make)) == size
    return bool(calls)


def test_the_oldest_go_first():
    cache = MemoryCache[bytes](100, len)
    assert [made(cache, key, 40) for key in ("a", "b", "a", "c", "a", "b")] == [True, True, False, True, False, True]
    assert cache.taken == 80
    assert "a" in cache
    assert "c" not in cache


def test_what_is_too_large_is_kept_until_the_next():
    cache = MemoryCache[bytes](100, len)
    assert made(cache, "huge", 1000)
    assert not made(cache, "huge", 1000)
    assert made(cache, "small", 1)
    assert cache.taken == 1
    cache.clear()
    assert cache.taken == 0
    assert "small" not in cache
