package town

// TruePose is where an aircraft really is and where its camera really looks, in metres of its town's frame (take-off is 0)
// and degrees.
type TruePose struct {
	E, N, U                   float64
	YawDeg, PitchDeg, RollDeg float64
	Ve, Vn                    float64
}
