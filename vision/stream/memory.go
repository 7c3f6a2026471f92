package stream

// #include <malloc.h>
import "C"

// Most arenas of the C library's allocator, and the size from which it takes memory from the system and gives it back.
const (
	maxArenas  = 2
	mappedFrom = 4 << 20
)

// BoundMemory keeps the C libraries (FFmpeg, OpenCV) from holding what they no longer need: the allocator otherwise keeps an arena for
// each of the threads on which Go happens to call them, with the pictures that were in it. It is called before anything is decoded.
func BoundMemory() {
	C.mallopt(C.M_ARENA_MAX, maxArenas)
	C.mallopt(C.M_MMAP_THRESHOLD, mappedFrom)
}
