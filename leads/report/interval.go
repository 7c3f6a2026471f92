package report

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// counted is a number of things, each of which stands for so many: a sum of Poisson variables with their weights.
type counted struct {
	sum, squares float64 // of the weights of what was counted
	most         float64 // the largest weight that one more thing might have
}

func (c *counted) add(n int, weight float64) {
	c.sum += float64(n) * weight
	c.squares += float64(n) * weight * weight
	c.most = math.Max(c.most, weight)
}

// interval is the 95 % interval of the sum's expectation after Fay and Feuer (Statistics in Medicine 16, 1997, 791-801): by the gamma distribution, so that
// it is exact (Garwood's) where all weights are the same, and reaches up to where one more thing would bring it where nothing was counted.
func (c counted) interval() (low, high float64) {
	const alpha = 0.05
	if c.most == 0 {
		return 0, math.Inf(1)
	}
	if c.sum > 0 {
		low = distuv.Gamma{Alpha: c.sum * c.sum / c.squares, Beta: c.sum / c.squares}.Quantile(alpha / 2)
	}
	mean, variance := c.sum+c.most, c.squares+c.most*c.most
	return low, distuv.Gamma{Alpha: mean * mean / variance, Beta: mean / variance}.Quantile(1 - alpha/2)
}
