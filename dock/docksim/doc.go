// Package docksim is docks, aircraft and cameras that do not exist. It speaks the DJI Cloud API over MQTT like a real dock,
// flies the routes it is given, and films a made-up town; it shares nothing with the rest of Harrier but protocols.
//
// A Fleet runs the docks of one process; what they film is in package town.
package docksim
