package docksim

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
)

var rangeForm = regexp.MustCompile(`^(-?[0-9]+(?:\.[0-9]+)?)(?:-(-?[0-9]+(?:\.[0-9]+)?))?$`)

// ParseRange reads "A-B" or "A". Signs are dropped ("-90--60" is "60-90": degrees below level), and the smaller comes first.
func ParseRange(s string) ([2]float64, error) {
	m := rangeForm.FindStringSubmatch(s)
	if m == nil {
		return [2]float64{}, fmt.Errorf("%q is not a range like 60-80", s)
	}
	a, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		return [2]float64{}, err
	}
	b := a
	if m[2] != "" {
		if b, err = strconv.ParseFloat(m[2], 64); err != nil {
			return [2]float64{}, err
		}
	}
	a, b = math.Abs(a), math.Abs(b)
	return [2]float64{math.Min(a, b), math.Max(a, b)}, nil
}
