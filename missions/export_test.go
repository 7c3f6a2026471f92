package missions

// ManyTall is manyTall, for tests.
const ManyTall = manyTall
