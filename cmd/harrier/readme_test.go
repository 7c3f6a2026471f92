package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// commandForm is a command of Harrier as READMEs have it: in backticks, or at the beginning of an indented line.
var commandForm = regexp.MustCompile("(?m)`(harrier [^`]+)`|^    (harrier [^#\n]+)")

// Both READMEs name the same commands, and every one of them is understood.
func TestTheCommandsOfTheREADMEs(t *testing.T) {
	dir := t.TempDir()
	var names [2][]string
	for i, readme := range []string{"README.md", "README.zh-CN.md"} {
		text, err := os.ReadFile(filepath.Join("../..", readme))
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(text), "\n"); n >= 150 {
			t.Errorf("%s has %d lines, and is to have fewer than 150", readme, n)
		}
		for _, m := range commandForm.FindAllStringSubmatch(string(text), -1) {
			command := strings.TrimSpace(m[1] + m[2])
			names[i] = append(names[i], command)
			parser, err := kong.New(new(cli), kong.Name("harrier"), kong.WithHyphenPrefixedParameters(true), kong.Exit(func(int) {}))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := parser.Parse(filledIn(t, dir, strings.Fields(command)[1:])); err != nil {
				t.Errorf("%s: `%s`: %v", readme, command, err)
			}
		}
	}
	if len(names[0]) < 20 || !slices.Equal(names[0], names[1]) {
		t.Errorf("the READMEs name different commands:\n%q\n%q", names[0], names[1])
	}
}

// filledIn gives a command files and folders that exist in place of those that stand for some, and what it needs besides.
func filledIn(t *testing.T, dir string, args []string) []string {
	t.Helper()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for i, a := range args {
		switch a {
		case "FILE", "PATH", "BEFORE", "AFTER", "OLD", "NEW", "MODEL", "harrier.yaml":
			args[i] = file
		case "DIR":
			args[i] = dir
		case "LON,LAT":
			args[i] = "121.5,31.2"
		case "X,Y":
			args[i] = "10,20"
		}
	}
	switch strings.Join(args[:min(2, len(args))], " ") {
	case "model promote":
		args = append(args, "--config", file, "--why", "better")
	case "model rollback":
		args = append(args, "--config", file, "--why", "worse")
	case "docksim --city", "bench kills":
		args = append(args, "--mqtt", "tcp://127.0.0.1:1883")
	}
	return args
}
