package geo

import (
	"fmt"
	"strings"
)

// payload is one camera of an aircraft as DJI's specifications give it: equivalent focal length in mm and the zoom factor at
// which it has it, or the diagonal field of view in degrees.
type payload struct {
	models  []string
	lens    string
	diagDeg float64
	mm      float64
	zoom    float64 // factor at mm; 0 for a lens that does not zoom
}

// Wide cameras by their diagonal field of view; tele cameras by equivalent focal length at a zoom factor (DJI's published
// specifications of Dock 1 to 3 and their aircraft).
var payloads = []payload{
	{[]string{"M30", "M30T"}, "wide", 84, 0, 0},
	{[]string{"M30", "M30T"}, "zoom", 0, 113, 5},
	{[]string{"M3D"}, "wide", 84, 0, 0},
	{[]string{"M3TD"}, "wide", 82, 0, 0},
	{[]string{"M3D", "M3TD"}, "zoom", 0, 162, 7},
	{[]string{"M4D"}, "wide", 84, 0, 0},
	{[]string{"M4TD"}, "wide", 82, 0, 0},
	{[]string{"M4D", "M4TD"}, "zoom", 0, 168, 7},
	{[]string{"FC300S"}, "wide", 94, 0, 0},
}

// CameraOf returns the camera of an aircraft ("M30", "M30T", "M3D", "M3TD", "M4D", "M4TD", "FC300S") whose lens ("wide", or "zoom" with its
// factor) made a picture of w by h pixels.
func CameraOf(model, lens string, zoom float64, w, h int) (Camera, error) {
	for _, p := range payloads {
		for _, m := range p.models {
			if !strings.EqualFold(m, model) || p.lens != lens {
				continue
			}
			if p.zoom == 0 {
				return CameraFromDiagonal(w, h, p.diagDeg), nil
			}
			if zoom < 1 || zoom > 200 {
				return Camera{}, fmt.Errorf("camera of %s: zoom factor %g is outside 1 to 200", model, zoom)
			}
			return CameraFrom35mm(w, h, p.mm*zoom/p.zoom, 4.0/3), nil
		}
	}
	return Camera{}, fmt.Errorf("no camera %q of an aircraft %q is known; known are wide and zoom of M30, M30T, M3D, M3TD, M4D, M4TD, and wide of FC300S", lens, model)
}

// WideDiagonalDeg is the diagonal field of view of the wide camera of an aircraft, degrees; 84, which most have, where it is not known.
func WideDiagonalDeg(model string) float64 {
	for _, p := range payloads {
		for _, m := range p.models {
			if p.lens == "wide" && strings.EqualFold(m, model) {
				return p.diagDeg
			}
		}
	}
	return 84
}
