// Pushed authorization requests (RFC 9126): {title: side => answer}.
export default {};
