package docksim

// truePose is where an aircraft really is and where its camera really looks, in metres of its town's frame (take-off is 0)
// and degrees.
type truePose struct {
	e, n, u                   float64
	yawDeg, pitchDeg, rollDeg float64
	ve, vn                    float64
}
