// RP-initiated logout: {title: side => answer}.
export default {};
