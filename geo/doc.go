// Package geo answers where a thing is: it turns a pixel into ground with an honest error (Locator), and ground into
// the grid cell, the community and the fences that somebody answers for (Grid, Fences).
//
// Positions are WGS-84 degrees (orb.Point is {lon, lat}), heights are metres, angles degrees as DJI reports them. Nothing
// here converts a datum silently.
package geo
