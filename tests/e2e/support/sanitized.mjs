/** `./dev sanitize` runs the suites against programs that are several times slower and have memory of their own. */
export const sanitized = Boolean(process.env.SIGMA_TEST_SANITIZER);
/** How many times longer than usual they may take. */
export const patience = sanitized ? 5 : 1;
