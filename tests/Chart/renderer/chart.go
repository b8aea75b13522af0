package main

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/xeipuuv/gojsonschema"
	"sigs.k8s.io/yaml"
)

type object = map[string]interface{}

// chart is a chart's folder, read: templates by their path within it, all other files for .Files.
type chart struct {
	metadata  object
	values    object
	schema    []byte
	templates map[string]string
	files     map[string][]byte
}

func loadChart(folder string) (*chart, error) {
	loaded := &chart{templates: map[string]string{}, files: map[string][]byte{}}
	ignored := readIgnored(filepath.Join(folder, ".helmignore"))
	err := filepath.Walk(folder, func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		relative, err := filepath.Rel(folder, path)
		if err != nil || ignored(relative) {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		switch name := filepath.ToSlash(relative); {
		case name == "Chart.yaml":
			return strict(content, &loaded.metadata, name)
		case name == "values.yaml":
			return strict(content, &loaded.values, name)
		case name == "values.schema.json":
			loaded.schema = content
		case strings.HasPrefix(name, "templates/"):
			loaded.templates[name] = string(content)
		default:
			loaded.files[name] = content
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if loaded.metadata == nil {
		return nil, fmt.Errorf("%s holds no Chart.yaml", folder)
	}
	if loaded.metadata["dependencies"] != nil {
		return nil, fmt.Errorf("%s has dependencies, which this renderer does not know", folder)
	}
	return loaded, nil
}

// readIgnored knows names and patterns without folders, which is all that this chart's .helmignore has.
func readIgnored(path string) func(string) bool {
	content, _ := os.ReadFile(path)
	patterns := strings.Fields(string(content))
	return func(relative string) bool {
		for _, pattern := range patterns {
			if matched, _ := filepath.Match(pattern, filepath.Base(relative)); matched {
				return true
			}
		}
		return false
	}
}

func strict(content []byte, into interface{}, name string) error {
	if err := yaml.UnmarshalStrict(content, into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// valuesFor lays value files over values.yaml, then KEY=VALUE settings. Null takes a key away, as in Helm.
func (c *chart) valuesFor(files, sets []string) (object, error) {
	merged := deepCopy(c.values).(object)
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		var over object
		if err := strict(content, &over, file); err != nil {
			return nil, err
		}
		merge(merged, over)
	}
	for _, set := range sets {
		at := strings.Index(set, "=")
		if at < 0 {
			return nil, fmt.Errorf("--set %s: want KEY=VALUE", set)
		}
		var value interface{}
		if err := yaml.Unmarshal([]byte(set[at+1:]), &value); err != nil {
			return nil, fmt.Errorf("--set %s: %w", set, err)
		}
		keys := strings.Split(set[:at], ".")
		for i := len(keys) - 1; i >= 0; i-- {
			value = object{keys[i]: value}
		}
		merge(merged, value.(object))
	}
	return merged, nil
}

func merge(into, over object) {
	for key, value := range over {
		below, isObject := value.(object)
		present, wasObject := into[key].(object)
		switch {
		case value == nil:
			delete(into, key)
		case isObject && wasObject:
			merge(present, below)
		default:
			into[key] = deepCopy(value)
		}
	}
}

func deepCopy(value interface{}) interface{} {
	switch typed := value.(type) {
	case object:
		copied := make(object, len(typed))
		for key, below := range typed {
			copied[key] = deepCopy(below)
		}
		return copied
	case []interface{}:
		copied := make([]interface{}, len(typed))
		for i, below := range typed {
			copied[i] = deepCopy(below)
		}
		return copied
	default:
		return value
	}
}

// validate holds the values against values.schema.json, with the library that Helm itself uses.
func (c *chart) validate(values object) error {
	if c.schema == nil {
		return nil
	}
	result, err := gojsonschema.Validate(gojsonschema.NewBytesLoader(c.schema), gojsonschema.NewGoLoader(values))
	if err != nil {
		return fmt.Errorf("values.schema.json: %w", err)
	}
	if result.Valid() {
		return nil
	}
	var lines []string
	for _, mistake := range result.Errors() {
		lines = append(lines, "- "+mistake.String())
	}
	sort.Strings(lines)
	return fmt.Errorf("values don't meet the specifications of the schema(s) in the following chart(s):\n%s:\n%s",
		c.metadata["name"], strings.Join(lines, "\n"))
}
