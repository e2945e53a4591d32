/** `./dev sanitize` runs the suites against programs that are several times slower and have memory of their own. */
export const sanitized = Boolean(process.env.SIGMA_TEST_SANITIZER);
/** How many times longer than usual they may take. */
export const patience = sanitized ? 5 : 1;

const names = ['ASAN_OPTIONS', 'ASAN_SYMBOLIZER_PATH', 'UBSAN_OPTIONS', 'TSAN_OPTIONS', 'LSAN_OPTIONS', 'LLVM_PROFILE_FILE'];
/** What a program under a sanitizer is to find in its environment. */
export const sanitizerSettings = Object.fromEntries(names.filter((name) => process.env[name]).map((name) => [name, process.env[name]]));
