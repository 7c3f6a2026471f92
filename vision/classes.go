package vision

import (
	"strings"

	"github.com/harrier-patrol/harrier/geo"
)

// facts are what holds of a class of things in every city; what a city wants of it stands in its scenes.
type facts struct {
	group   string  // what people call it together with others: vehicle, structure, stall, or its own name
	family  string  // the violations that it is counted with, when recognition is measured
	looks   string  // classes of one look are taken for each other from above: they vote in one track and have one trust
	heightM float64 // of the middle of what is seen over its footprint, where no scene says
	joinM   float64 // sightings this near are one thing, where no scene says
	apartM  float64 // so near two of them never stand, middle to middle: what is nearer is one thing
	maxMS   float64 // how fast it moves at most, metres a second; 0 for what stands where it was put
	private bool    // nobody may be told by it, or by its plate
	raised  bool    // it may stand on a building or hang on one; all others stand on the ground
}

var classes = map[string]facts{
	"person": {group: "person", looks: "person", heightM: 0.9, joinM: 1.5, apartM: 0.5, maxMS: 3, private: true, raised: true},

	"car":        {group: "vehicle", looks: "car", heightM: 0.8, joinM: 2, apartM: 1.3, maxMS: 25, private: true},
	"van":        {group: "vehicle", looks: "car", heightM: 1, joinM: 2, apartM: 1.3, maxMS: 25, private: true},
	"bus":        {group: "vehicle", looks: "truck", heightM: 1.5, joinM: 5, apartM: 2, maxMS: 25, private: true},
	"lorry":      {group: "vehicle", looks: "truck", heightM: 1.6, joinM: 5, apartM: 2, maxMS: 25, private: true},
	"truck":      {group: "vehicle", looks: "truck", heightM: 1.6, joinM: 5, apartM: 2, maxMS: 25, private: true}, // of data sets that tell no more
	"dump-truck": {group: "vehicle", family: "dump-truck", looks: "truck", heightM: 1.5, joinM: 5, apartM: 2, maxMS: 25, private: true},

	"shed":      {group: "structure", family: "illegal-structure", looks: "roof", heightM: 1.2, joinM: 6, apartM: 2, raised: true},
	"room":      {group: "structure", family: "illegal-structure", looks: "roof", heightM: 1.2, joinM: 6, apartM: 2, raised: true},
	"tent":      {group: "structure", family: "illegal-structure", looks: "roof", heightM: 1.2, joinM: 6, apartM: 2, raised: true},
	"frame":     {group: "structure", family: "illegal-structure", looks: "roof", heightM: 1.2, joinM: 6, apartM: 2, raised: true},
	"container": {group: "structure", family: "illegal-structure", looks: "roof", heightM: 1.2, joinM: 6, apartM: 2, raised: true},
	"solar":     {group: "solar", looks: "roof", heightM: 1.2, joinM: 6, apartM: 2, raised: true},
	"pool":      {group: "pool", looks: "roof", heightM: 1.2, joinM: 6, apartM: 2, raised: true},
	"shelter":   {group: "shelter", looks: "roof", heightM: 1.2, joinM: 6, apartM: 2, raised: true},

	"stall":    {group: "stall", family: "street-stall", looks: "cloth", heightM: 1.2, joinM: 6, apartM: 1.8},
	"tricycle": {group: "stall", family: "street-stall", looks: "cloth", heightM: 1.2, joinM: 6, apartM: 1.8},
	"goods":    {group: "stall", family: "street-stall", looks: "cloth", heightM: 1.2, joinM: 6, apartM: 1.8},
	"car-wash": {group: "stall", family: "street-stall", looks: "cloth", heightM: 1.2, joinM: 6, apartM: 1.8},
	"awning":   {group: "awning", looks: "cloth", heightM: 1.2, joinM: 6, apartM: 1.8, raised: true},

	"heap":     {group: "heap", looks: "heap", heightM: 1.2, joinM: 6, apartM: 2},
	"bicycles": {group: "bicycles", looks: "bicycles", heightM: 0.5, joinM: 3, apartM: 1},
}

// about is what is known of a network's class.
func about(class string) facts {
	name := Name(class)
	if f, ok := classes[name]; ok {
		return f
	}
	return facts{group: name, looks: name, heightM: 1.2, joinM: 6, apartM: 1}
}

// Split separates a network's class from the attribute it may carry.
func Split(class string) (name string, attributes map[string]string) {
	name, load, ok := strings.Cut(class, "/")
	if !ok {
		return class, map[string]string{}
	}
	return name, map[string]string{"load": load}
}

// Name is a class without the attribute it may carry.
func Name(class string) string {
	name, _, _ := strings.Cut(class, "/")
	return name
}

// Group is the coarse kind of a class: vehicle, person, stall, structure, heap, or the class itself.
func Group(class string) string { return about(class).group }

// Family is the violations that a class is counted with when recognition is measured (illegal-structure, street-stall, dump-truck), or "".
func Family(class string) string { return about(class).family }

// Looks names the classes that are taken for each other from above: car, truck, roof, cloth, or the class itself.
func Looks(class string) string { return about(class).looks }

// Drives says whether things of a class move by themselves.
func Drives(class string) bool { return about(class).maxMS > 0 }

// Private says whether a class is made unrecognisable where no lead is about it.
func Private(class string) bool { return about(class).private }

// IsTruck says whether a class is of what is easily taken for a dump truck from above, or for one with another load: dump trucks, lorries and buses.
func IsTruck(class string) bool { return Looks(class) == "truck" }

// Surfaces is the locator for things of a class. Where the line of sight to one that stands on the ground meets a roof, the pose or the outline
// is off by a little, and the place would be by as much as the building is high: for those there are no buildings.
func Surfaces(l geo.Locator, class string) geo.Locator {
	if !about(class).raised {
		l.Buildings = nil
	}
	return l
}
