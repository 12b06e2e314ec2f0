package main

import (
	"embed"

	"landbridge.example"
	"landbridge.example/internal/node"
	"landbridge.example/internal/party"
)

//go:generate go run story/make.go

// storyFiles are the documents of the demo: made for it, about nobody, and the
// Security Council's list as it was published (see story/README.md).
//
//go:embed story/*.yaml story/*.pdf story/*.csv story/*.gz
var storyFiles embed.FS

// canaries are words of the case that nobody but XA and XB may hold: in the
// files of XC and of the secretariat, and on the wire, there is none of them.
func canaries() []string {
	return []string{"Veskarin", "Tomelia", "Quillonby", "Armadel", "KSB-FR-2026-00417", "NORD 0000 9921 7755", "NORD000099217755", "Ropewalk"}
}

func cast(login, name string, roles ...landbridge.Role) node.NewPerson {
	return node.NewPerson{Login: login, Name: name, Roles: roles, Soft: true}
}

// storyMembers are the four nodes of the demo. States and people are invented.
func storyMembers() []*member {
	operator := func(name string) node.NewPerson { return cast("operator", name, landbridge.Operator) }
	return []*member{
		{code: "XA", name: "Azuria", kind: party.State,
			people: []node.NewPerson{
				cast("d.oru", "Davit Oru", landbridge.Officer),
				cast("m.haldor", "Mirre Haldor", landbridge.Supervisor),
				cast("p.anse", "Pell Anse", landbridge.Oversight, landbridge.DataProtection),
				cast("i.sol", "Irena Sol", landbridge.CentralAuthority),
				cast("a.brehm", "Anton Brehm", landbridge.Judge),
				cast("v.ilse", "Vera Ilse", landbridge.Reviewer),
				cast("j.marek", "Jonna Marek", landbridge.Minister),
				operator("Sanna Ivers"),
			},
			notes: map[string]string{"d.oru": "asks, replies, reports the outcome", "m.haldor": "approves what leaves the state",
				"p.anse": "checks what was done, and may stop it", "i.sol": "central authority: keeps the register of instruments, asks for arrest",
				"a.brehm": "judge; signs what takes liberty, enters what the central authority proposes", "v.ilse": "reviews rights, outside the chain",
				"j.marek":  "minister; nothing commits Azuria at the forum without a second person",
				"operator": "keeps the machine; sees no case"},
			contacts: []party.Contact{duty("+000 11 0100", "duty@police.xa.example"),
				directors("+000 11 0110", "liaison@police.xa.example", "Asia/Almaty")},
			profiles: profiles(profile()),
		},
		{code: "XB", name: "Borealis", kind: party.State,
			people: []node.NewPerson{
				cast("k.lenn", "Kaia Lenn", landbridge.ContactPoint),
				cast("t.varga", "Tibor Varga", landbridge.Supervisor),
				cast("l.orsin", "Lea Orsin", landbridge.CentralAuthority),
				cast("r.hask", "Rune Hask", landbridge.Judge),
				cast("f.dahl", "Fenna Dahl", landbridge.Officer),
				cast("l.osei", "Lio Osei", landbridge.Reviewer),
				cast("b.rask", "Bera Rask", landbridge.Oversight),
				cast("s.holm", "Sivert Holm", landbridge.Minister),
				operator("Ulla Brand"),
			},
			notes: map[string]string{"k.lenn": "on duty; takes requests up and answers them", "t.varga": "head of the desk",
				"l.orsin": "central authority: keeps the register of instruments", "r.hask": "judge; orders arrests, hears who is held",
				"f.dahl": "of the police", "l.osei": "reviews rights, outside the chain", "b.rask": "checks what was done, and may stop it",
				"s.holm":   "minister; the second person where Borealis commits itself",
				"operator": "keeps the machine; sees no case"},
			contacts: []party.Contact{duty("+000 22 0100", "spoc@police.xb.example"),
				directors("+000 22 0110", "liaison@police.xb.example", "Europe/Helsinki")},
			profiles: profiles(borealis()),
		},
		{code: "XC", name: "Caldera", kind: party.State,
			people: []node.NewPerson{
				cast("n.tamsin", "Nora Tamsin", landbridge.ContactPoint, landbridge.Officer),
				cast("g.arlo", "Gil Arlo", landbridge.Supervisor),
				cast("y.benn", "Yara Benn", landbridge.CentralAuthority),
				cast("w.lind", "Wim Lind", landbridge.Reviewer),
				cast("d.paz", "Delia Paz", landbridge.Minister),
				operator("Ivo Keld"),
			},
			notes: map[string]string{"n.tamsin": "of a state that is not asked for the account, and sees nothing of it", "g.arlo": "head of the desk",
				"y.benn": "central authority; signs joint operations", "w.lind": "reviews rights, outside the chain",
				"d.paz": "minister; the second person where Caldera commits itself", "operator": "keeps the machine"},
			contacts: []party.Contact{duty("+000 33 0100", "contact@police.xc.example"),
				directors("+000 33 0110", "liaison@police.xc.example", "America/Lima")},
			profiles: profiles(profile()),
		},
		secretariat(operator("Odo Fenn")),
	}
}

// secretariat is the node that runs the forum.
func secretariat(operator node.NewPerson) *member {
	return &member{code: "XF", name: "Forum Secretariat", kind: party.Forum,
		people: []node.NewPerson{
			cast("e.marsh", "Elin Marsh", landbridge.Secretariat),
			cast("t.aster", "Tove Aster", landbridge.Secretariat),
			cast("i.rehn", "Ilka Rehn", landbridge.Analyst),
			operator,
		},
		notes: map[string]string{"e.marsh": "runs the forum, publishes the directory, releases the index; sees no case",
			"t.aster": "of the secretariat: the second person", "i.rehn": "prepares the index",
			"operator": "keeps the machine"},
		profiles: []party.Profile{},
	}
}

func duty(phone, email string) party.Contact {
	return party.Contact{ID: "duty-desk", Name: party.Text{"en": "National contact point, duty desk"},
		Phone: phone, Email: email, Hours: "24/7", Languages: []string{"en"}}
}

// profiles is what a state publishes: its requirements for the request of the
// story, and every other process of this release as its definition has it.
func profiles(own party.Profile) []party.Profile {
	all := []party.Profile{own}
	known, err := node.KnownProcesses()
	if err != nil {
		panic(err) // the catalogue is part of this program
	}
	for _, p := range known {
		if p.Process != own.Process {
			all = append(all, p)
		}
	}
	return all
}

// directors is the office of a Director of International Cooperation, with its
// hours in its own time zone.
func directors(phone, email, zone string) party.Contact {
	return party.Contact{ID: "directors-liaison", Name: party.Text{"en": "Directors' liaison, International Cooperation"}, Phone: phone, Email: email,
		Languages: []string{"en", "fr"}, Function: "directors_liaison", Zone: zone,
		Duty:     []party.Watch{{Days: []string{"mon", "tue", "wed", "thu", "fri"}, From: "08:30", To: "17:30"}},
		Channels: []party.Channel{{Kind: "hotline", Value: phone + "9", Note: "urgent matters of a running case"}},
		Powers:   []party.Power{{Process: "information-request", May: []string{"send", "receive", "decide"}}}}
}

func profile() party.Profile {
	return party.Profile{Process: "information-request", Versions: []int{1}, PoliticalExcluded: true, Hotline: "duty-desk"}
}

// borealis asks for more than the definition does: the demo shows that a
// request which lacks it is told so before it leaves.
func borealis() party.Profile {
	p := profile()
	p.Required = []string{"answer_by", "transfers"}
	p.Languages = []string{"en"}
	p.MaxPersons = 5
	p.Demands = []party.Demand{
		{ID: "answer-by", Field: "answer_by", Text: party.Text{"en": "Say by when you need the answer: our banks are asked with a date."}},
		{ID: "transfers", Field: "transfers", Text: party.Text{"en": "List each transfer with date, time and amount: our banks search by them."}},
	}
	return p
}
