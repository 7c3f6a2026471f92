// Package geo answers where a thing is, how sure that is, and whose: a Locator turns a pixel into ground with its error, a Grid,
// Fences and a Register turn ground into the cell that somebody answers for, the rules that hold there and what is known to stand
// there, and Coverage keeps which ground was really seen. Solve finds what reported poses are off by from what pictures share.
//
// Positions are WGS-84 degrees (orb.Point is {lon, lat}), heights are metres, angles degrees as DJI reports them. Whatever has
// another datum names it (Datum) and is converted at the edge: nothing here converts one silently.
package geo
