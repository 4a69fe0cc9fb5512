/**
 * V8 begins with 2 × 1 MB for the newest objects. Of thousands of requests a second that is full every few milliseconds,
 * and what a commit has in hand then counts as old: all of the memory is looked through, and everybody waits meanwhile.
 * With 16 MB at least, and 32 at most, a request is over before anybody looks.
 */
export const API_FLAGS = ['--min-semi-space-size=16', '--max-semi-space-size=32'];
