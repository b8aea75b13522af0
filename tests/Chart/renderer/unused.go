package main

import (
	"fmt"
	"sort"
	"strings"
)

// unusedValues changes each value of values.yaml in turn and renders. A value is used when some manifest comes out differently, or is
// refused, under at least one of the value files. An entry of --values may name several files, laid over each other, with commas.
func unusedValues(c *chart, given options) ([]string, error) {
	bases := []object{}
	before := []string{}
	for _, entry := range append([]string{""}, given.values...) {
		var names []string
		if entry != "" {
			names = strings.Split(entry, ",")
		}
		values, err := c.valuesFor(names, nil)
		if err != nil {
			return nil, err
		}
		text, err := outcome(c, values, given)
		if err != nil {
			return nil, fmt.Errorf("with %q: %w", entry, err)
		}
		bases, before = append(bases, values), append(before, text)
	}
	var unused []string
	for _, at := range leaves(c.values, nil) {
		used := false
		for i := 0; i < len(bases) && !used; i++ {
			changed := deepCopy(bases[i]).(object)
			if !change(changed, at) {
				continue
			}
			text, err := outcome(c, changed, given)
			used = err != nil || text != before[i]
		}
		if !used {
			unused = append(unused, strings.Join(at, "."))
		}
	}
	sort.Strings(unused)
	return unused, nil
}

func outcome(c *chart, values object, given options) (string, error) {
	// The templates may write into what they are given.
	manifests, notes, err := render(c, deepCopy(values).(object), given)
	return manifests + notes, err
}

func leaves(values object, above []string) [][]string {
	var found [][]string
	for key, value := range values {
		at := append(append([]string{}, above...), key)
		if below, ok := value.(object); ok && len(below) > 0 {
			found = append(found, leaves(below, at)...)
		} else {
			found = append(found, at)
		}
	}
	return found
}

// change sets another value of the same type; false where a value file took the key away or made it something else.
func change(values object, at []string) bool {
	for _, key := range at[:len(at)-1] {
		below, ok := values[key].(object)
		if !ok {
			return false
		}
		values = below
	}
	key := at[len(at)-1]
	switch typed := values[key].(type) {
	case bool:
		values[key] = !typed
	case float64:
		values[key] = 2*typed + 1
	case int64:
		values[key] = 2*typed + 1
	case []interface{}:
		values[key] = append([]interface{}{"changed"}, typed...)
	case object:
		copied := deepCopy(typed).(object)
		copied["changed"] = "changed"
		values[key] = copied
	case string:
		values[key] = typed + "changed"
	default:
		values[key] = "changed"
	}
	return true
}
