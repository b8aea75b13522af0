package main

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"path"
	"regexp"
	"strings"

	"sigs.k8s.io/yaml"
)

func toYaml(value interface{}) string {
	text, err := yaml.Marshal(value)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(string(text), "\n")
}

func toJSON(value interface{}) string {
	text, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return string(text)
}

// As in Helm, what cannot be read becomes an object with the one key Error.
func fromYaml(text string) object {
	read := object{}
	if err := yaml.Unmarshal([]byte(text), &read); err != nil {
		read["Error"] = err.Error()
	}
	return read
}

func fromYamlArray(text string) []interface{} {
	read := []interface{}{}
	if err := yaml.Unmarshal([]byte(text), &read); err != nil {
		return []interface{}{err.Error()}
	}
	return read
}

// files is .Files: what the chart's folder holds beside templates.
type files map[string][]byte

func (f files) Get(name string) string { return string(f[name]) }

func (f files) GetBytes(name string) []byte { return f[name] }

func (f files) Lines(name string) []string {
	return strings.Split(strings.TrimSuffix(f.Get(name), "\n"), "\n")
}

// Glob knows * within a folder and ** across folders.
func (f files) Glob(pattern string) files {
	text := regexp.QuoteMeta(pattern)
	text = strings.ReplaceAll(text, `\*\*`, ".*")
	text = strings.ReplaceAll(text, `\*`, "[^/]*")
	matcher := regexp.MustCompile("^" + text + "$")
	found := files{}
	for name, content := range f {
		if matcher.MatchString(name) {
			found[name] = content
		}
	}
	return found
}

func (f files) AsConfig() string {
	entries := map[string]string{}
	for name, content := range f {
		entries[path.Base(name)] = string(content)
	}
	return toYaml(entries)
}

func (f files) AsSecrets() string {
	entries := map[string]string{}
	for name, content := range f {
		entries[path.Base(name)] = base64.StdEncoding.EncodeToString(content)
	}
	return toYaml(entries)
}

// readExisting reads the objects that a cluster is to have, several documents in one file.
func readExisting(file string) ([]object, error) {
	if file == "" {
		return nil, nil
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var found []object
	for _, document := range strings.Split("\n"+string(content), "\n---") {
		var one object
		if err := strict([]byte(document), &one, file); err != nil {
			return nil, err
		}
		if one != nil {
			found = append(found, one)
		}
	}
	return found, nil
}

func find(existing []object, version, kind, namespace, name string) object {
	for _, candidate := range existing {
		metadata, _ := candidate["metadata"].(object)
		if candidate["apiVersion"] == version && candidate["kind"] == kind && metadata["namespace"] == namespace && metadata["name"] == name {
			return candidate
		}
	}
	return object{}
}
