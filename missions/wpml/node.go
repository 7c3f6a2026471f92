package wpml

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Node is an element of a template.kml or waylines.wpml as it stands there: what is not known here is kept, too, and written again.
type Node struct {
	Name     string // without its namespace
	DJI      bool   // of DJI's namespace (wpml:), not KML's
	Text     string // of an element without others in it
	Children []*Node
}

// Namespaces of the files. DJI's differs by version: it is written as it was read.
const (
	kmlSpace = "http://www.opengis.net/kml/2.2"
	djiSpace = "http://www.dji.com/wpmz/"
)

// Bounds of what is read: DJI's own files are nested a dozen deep.
const maxDepth, maxNodes = 40, 2 << 20

// parseNode reads a file; version is that of its namespace, as "1.0.6", "" where it names none.
func parseNode(b []byte) (root *Node, version string, err error) {
	d := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))))
	d.Strict = true
	var open []*Node
	n := 0
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, "", err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if n++; n > maxNodes || len(open) >= maxDepth {
				return nil, "", fmt.Errorf("line %d: more than %d elements, or nested more than %d deep: no route is", line(d), maxNodes, maxDepth)
			}
			x := &Node{Name: t.Name.Local, DJI: t.Name.Space == "wpml" || strings.HasPrefix(t.Name.Space, djiSpace)}
			if v, ok := strings.CutPrefix(t.Name.Space, djiSpace); ok && version == "" {
				version = v
			}
			if len(open) == 0 {
				if root != nil {
					return nil, "", fmt.Errorf("line %d: a second root element %s", line(d), x.Name)
				}
				root = x
			} else {
				up := open[len(open)-1]
				up.Children = append(up.Children, x)
			}
			open = append(open, x)
		case xml.EndElement:
			x := open[len(open)-1]
			open = open[:len(open)-1]
			if len(x.Children) > 0 {
				x.Text = ""
			} else {
				x.Text = strings.TrimSpace(x.Text)
			}
		case xml.CharData:
			if len(open) > 0 {
				open[len(open)-1].Text += string(t)
			}
		}
	}
	if root == nil {
		return nil, "", errors.New("it is empty")
	}
	return root, version, nil
}

func line(d *xml.Decoder) int { l, _ := d.InputPos(); return l }

// write appends an element as XML, two spaces a level.
func (x *Node) write(b *bytes.Buffer, level int) {
	name := x.Name
	if x.DJI {
		name = "wpml:" + name
	}
	b.WriteString(strings.Repeat("  ", level) + "<" + name + ">")
	if len(x.Children) == 0 {
		_ = xml.EscapeText(b, []byte(x.Text))
	} else {
		b.WriteByte('\n')
		for _, c := range x.Children {
			c.write(b, level+1)
		}
		b.WriteString(strings.Repeat("  ", level))
	}
	b.WriteString("</" + name + ">\n")
}

// document is a whole file with a root element kml.
func (x *Node) document(version string) []byte {
	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<kml xmlns="` + kmlSpace + `" xmlns:wpml="` + djiSpace + version + `">` + "\n")
	for _, c := range x.Children {
		c.write(&b, 1)
	}
	b.WriteString("</kml>\n")
	return b.Bytes()
}

// All are the elements of a name below it, at any depth, in order.
func (x *Node) All(name string) (out []*Node) {
	for _, c := range x.Children {
		if c.Name == name {
			out = append(out, c)
		}
		out = append(out, c.All(name)...)
	}
	return out
}

// Child is the first element of a name in it, nil where there is none.
func (x *Node) Child(name string) *Node {
	for _, c := range x.Children {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// Value is the text of the first element of a name in it, "" where there is none.
func (x *Node) Value(name string) string {
	if c := x.Child(name); c != nil {
		return c.Text
	}
	return ""
}

// dji is an element of DJI's with a value: a text, a number, or other elements.
func dji(name string, value any) *Node {
	x := &Node{Name: name, DJI: true}
	x.fill(value)
	return x
}

// kml is an element of KML's.
func kml(name string, value any) *Node {
	x := &Node{Name: name}
	x.fill(value)
	return x
}

func (x *Node) fill(value any) {
	switch v := value.(type) {
	case string:
		x.Text = v
	case int:
		x.Text = strconv.Itoa(v)
	case float64:
		x.Text = strconv.FormatFloat(v, 'f', -1, 64)
	case []*Node:
		x.Children = v
	}
}
