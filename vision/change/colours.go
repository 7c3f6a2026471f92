package change

import "image/color"

var (
	black = color.RGBA{}
	white = color.RGBA{255, 255, 255, 255}
)
