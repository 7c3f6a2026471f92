package geo

// WGS84 is the datum of everything inside.
const WGS84 = "WGS-84"
