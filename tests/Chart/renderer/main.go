// Renders a Helm chart as `helm template` does, with Go's template engine, sprig, and the functions and objects that Helm adds to them.
// For machines without helm: the tests of the chart use helm itself where it is on the path.
//
//	renderer template CHART [--values FILE]... [--set KEY=VALUE]... [--name-template NAME] [--namespace NAME] [--api-versions A,B]
//	                        [--kube-version V] [--is-upgrade] [--existing FILE] [--skip-schema-validation] [--notes] [--still]
//	renderer unused CHART --values FILE[,FILE]...
//
// template prints the manifests, each after a line that names its template; --notes prints NOTES.txt instead. --existing names a file of
// objects that `lookup` finds. --still puts fixed words where random passwords and keys would be, which saves the time to make them. unused prints the values of values.yaml whose change alters no manifest under any of the value files.
package main

import (
	"fmt"
	"os"
	"strings"
)

type options struct {
	values      []string
	sets        []string
	name        string
	namespace   string
	kubeVersion string
	apiVersions []string
	existing    string
	upgrade     bool
	skipSchema  bool
	notes       bool
	still       bool // nothing at random
}

func main() {
	if len(os.Args) < 3 {
		stop(fmt.Errorf("usage: renderer template|unused CHART [option]..."))
	}
	given, err := parse(os.Args[3:])
	stop(err)
	chart, err := loadChart(os.Args[2])
	stop(err)
	switch os.Args[1] {
	case "template":
		values, err := chart.valuesFor(given.values, given.sets)
		stop(err)
		if !given.skipSchema {
			stop(chart.validate(values))
		}
		manifests, notes, err := render(chart, values, given)
		stop(err)
		if given.notes {
			fmt.Print(notes)
		} else {
			fmt.Print(manifests)
		}
	case "unused":
		given.still = true
		unused, err := unusedValues(chart, given)
		stop(err)
		for _, path := range unused {
			fmt.Println(path)
		}
	default:
		stop(fmt.Errorf("%q is neither template nor unused", os.Args[1]))
	}
}

func parse(arguments []string) (options, error) {
	given := options{name: "release-name", namespace: "default", kubeVersion: "v1.29.0"}
	for i := 0; i < len(arguments); i++ {
		flag := arguments[i]
		switch flag {
		case "--is-upgrade":
			given.upgrade = true
			continue
		case "--skip-schema-validation":
			given.skipSchema = true
			continue
		case "--notes":
			given.notes = true
			continue
		case "--still":
			given.still = true
			continue
		}
		if i++; i == len(arguments) {
			return given, fmt.Errorf("%s wants a value after it", flag)
		}
		switch value := arguments[i]; flag {
		case "--values":
			given.values = append(given.values, value)
		case "--set":
			given.sets = append(given.sets, value)
		case "--name-template":
			given.name = value
		case "--namespace":
			given.namespace = value
		case "--kube-version":
			given.kubeVersion = value
		case "--api-versions":
			given.apiVersions = append(given.apiVersions, strings.Split(value, ",")...)
		case "--existing":
			given.existing = value
		default:
			return given, fmt.Errorf("unknown option %s", flag)
		}
	}
	return given, nil
}

func stop(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "Error: "+err.Error())
		os.Exit(1)
	}
}
