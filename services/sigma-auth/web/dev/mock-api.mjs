export function mockApi() { return (req, res, next) => next(); }
