package list

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
)

// unRecord is an INDIVIDUAL or an ENTITY of the consolidated list.
type unRecord struct {
	ID        string   `xml:"DATAID"`
	First     string   `xml:"FIRST_NAME"`
	Second    string   `xml:"SECOND_NAME"`
	Third     string   `xml:"THIRD_NAME"`
	Fourth    string   `xml:"FOURTH_NAME"`
	Original  string   `xml:"NAME_ORIGINAL_SCRIPT"`
	Regime    string   `xml:"UN_LIST_TYPE"`
	Reference string   `xml:"REFERENCE_NUMBER"`
	Listed    string   `xml:"LISTED_ON"`
	Updated   []string `xml:"LAST_DAY_UPDATED>VALUE"`
	Gender    string   `xml:"GENDER"`
	Titles    []string `xml:"TITLE>VALUE"`
	Positions []string `xml:"DESIGNATION>VALUE"`
	Nations   []string `xml:"NATIONALITY>VALUE"`
	Comment   string   `xml:"COMMENTS1"`

	Aliases   []unAlias   `xml:"INDIVIDUAL_ALIAS"`
	Others    []unAlias   `xml:"ENTITY_ALIAS"`
	Addresses []unPlace   `xml:"INDIVIDUAL_ADDRESS"`
	Seats     []unPlace   `xml:"ENTITY_ADDRESS"`
	Births    []unBirth   `xml:"INDIVIDUAL_DATE_OF_BIRTH"`
	Places    []unPlace   `xml:"INDIVIDUAL_PLACE_OF_BIRTH"`
	Documents []unPassage `xml:"INDIVIDUAL_DOCUMENT"`
}

type unAlias struct {
	Quality string `xml:"QUALITY"`
	Name    string `xml:"ALIAS_NAME"`
}

type unPlace struct {
	Street   string `xml:"STREET"`
	City     string `xml:"CITY"`
	Province string `xml:"STATE_PROVINCE"`
	Zip      string `xml:"ZIP_CODE"`
	Country  string `xml:"COUNTRY"`
	Note     string `xml:"NOTE"`
}

type unBirth struct {
	Type string `xml:"TYPE_OF_DATE"`
	Date string `xml:"DATE"`
	Year string `xml:"YEAR"`
	From string `xml:"FROM_YEAR"`
	To   string `xml:"TO_YEAR"`
}

type unPassage struct {
	Type    string `xml:"TYPE_OF_DOCUMENT"`
	Type2   string `xml:"TYPE_OF_DOCUMENT2"`
	Number  string `xml:"NUMBER"`
	Country string `xml:"ISSUING_COUNTRY"`
	Place   string `xml:"COUNTRY_OF_ISSUE"`
}

// ParseUN reads the consolidated list of the Security Council.
func ParseUN(r io.Reader) (*List, error) {
	text, err := slurp(r, "the UN list")
	if err != nil {
		return nil, err
	}
	if bytes.Contains(text, []byte("<!DOCTYPE")) || bytes.Contains(text, []byte("<!ENTITY")) {
		return nil, refuse("entities", "the file declares entities of its own, which the UN list never does; do not use it")
	}
	l := &List{Source: "UN"}
	d := xml.NewDecoder(bytes.NewReader(text))
	closed := false
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, unFault(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if err := l.unElement(d, t); err != nil {
				return nil, err
			}
		case xml.EndElement:
			closed = closed || t.Name.Local == "CONSOLIDATED_LIST"
		}
	}
	if l.Version == "" && len(l.Records) == 0 {
		return nil, refuse("format", "this is not the UN consolidated list: there is no CONSOLIDATED_LIST in it")
	}
	if !closed {
		return nil, refuse("truncated", "the UN list ends in the middle, after %d records; fetch it again", len(l.Records))
	}
	return finish(l, text)
}
